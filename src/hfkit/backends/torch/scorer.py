"""One forward pass of a sequence classification model."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import transformers

from hfkit.backends.protocols import ScorerCard, TokenBatch
from hfkit.errors import BackendError, CorruptModelError, OutOfMemoryError, SessionClosedError
from hfkit.text.templates import Row

from .threads import limited_threads

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.runtime import Runtime

    from .loading import LoadedClassifier

__all__ = ["TorchScorer"]

# Tokens of the probe for padding, and columns of padding behind it: more than any local convolution.
_PROBE = 8

# How far padding may move a logit, relative to the largest, and still be rounding.
_TOLERANCES = {"float32": 1e-4, "bfloat16": 5e-2, "float16": 1e-2}


class TorchScorer:
    """A sequence classification model on torch."""

    def __init__(self, loaded: LoadedClassifier, runtime: Runtime) -> None:
        model = loaded.model
        self._model: PreTrainedModel | None = model
        self._threads = runtime.threads
        self._device = model.device
        config = model.config
        accepts_types = "token_type_ids" in inspect.signature(model.forward).parameters
        self._wants_types = loaded.reads_types and accepts_types
        pad_id: int | None = getattr(config, "pad_token_id", None)
        known = pad_id is not None
        if pad_id is None:
            # A decoder pools the last token that is no padding, and refuses a batch without a padding
            # id. One that no token has lets it pool the last token, as it does for a single sequence.
            config.pad_token_id = -1
            pad_id = 0
        self.card: ScorerCard = ScorerCard(
            labels=loaded.labels,
            max_tokens=_position_limit(model),
            pad_id=pad_id,
            device=str(model.device),
            dtype=str(model.dtype).removeprefix("torch."),
            pads=known,
            versions=(("torch", torch.__version__), ("transformers", transformers.__version__)),
            notes=loaded.notes,
        )
        self.card = replace(self.card, pads=known and not self._sees_padding(config))

    def _sees_padding(self, config: PretrainedConfig) -> bool:
        """Find out, with numbers, whether padding changes the model's answer; some families mix all columns."""
        size = getattr(config, "vocab_size", None) or 1
        ids = [
            (size // 3 + step) % size for step in range(_PROBE)
        ]  # from the middle, where no special tokens are
        end = getattr(config, "eos_token_id", None)
        if isinstance(end, int):
            ids.append(end)  # BART and T5 pool there
        row = Row(np.array(ids, dtype=np.int64), np.zeros(len(ids), dtype=np.int64))
        if self.card.max_tokens is not None and len(ids) + _PROBE > self.card.max_tokens:
            return False
        tight, wide = (
            self.score(TokenBatch.from_rows([row], pad_id=self.card.pad_id, width=len(ids) + extra))
            for extra in (0, _PROBE)
        )
        return bool(
            np.abs(tight - wide).max()
            > _TOLERANCES.get(self.card.dtype, 1e-4) * max(1.0, np.abs(tight).max())
        )

    def score(self, batch: TokenBatch, /) -> FloatArray:
        """Give a row of float32 logits for each sequence."""
        model = self._model
        if model is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        arguments = {"input_ids": self._tensor(batch.ids), "attention_mask": self._tensor(batch.mask)}
        if self._wants_types:
            arguments["token_type_ids"] = self._tensor(batch.types)
        try:
            with torch.inference_mode(), limited_threads(self._threads):
                logits = cast("torch.Tensor", model(**arguments).logits)
                return np.array(logits.float().cpu().numpy())  # a copy: no memory of torch crosses the line
        except IndexError as error:
            raise CorruptModelError(
                f"the tokenizer gives ids up to {batch.ids.max()}, the model has {model.config.vocab_size}",
                hint="the tokenizer beside the model is not the one it was trained with",
            ) from error
        except ValueError as error:
            if len(batch.ids) > 1 and "<eos>" in str(error):
                return self._score_rows(batch)
            raise
        except RuntimeError as error:
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
                raise OutOfMemoryError(
                    f"{batch.ids.shape[0]} sequences of {batch.ids.shape[1]} tokens do not fit on {self._device}",
                    hint="use a smaller window, a smaller dtype, or a device with more memory",
                ) from error
            raise BackendError(
                f"the model failed in {self.card.dtype} on {self._device}: {error}",
                hint="use Runtime(dtype='float32'), or another device",
            ) from error

    def _score_rows(self, batch: TokenBatch) -> FloatArray:
        """Score one row at a time: BART and T5 pool at the end token and want equally many in each row."""
        rows = [
            Row(ids[mask == 1], types[mask == 1])
            for ids, mask, types in zip(batch.ids, batch.mask, batch.types, strict=True)
        ]
        return np.concatenate(
            [self.score(TokenBatch.from_rows([row], pad_id=self.card.pad_id)) for row in rows]
        )

    def close(self) -> None:
        """Let go of the model."""
        self._model = None

    def _tensor(self, array: IntArray) -> torch.Tensor:
        return torch.from_numpy(array).to(self._device)


def _position_limit(model: PreTrainedModel) -> int | None:
    """Give the longest sequence that the model has positions for."""
    for name, module in model.named_modules():
        if name.endswith(("position_embeddings", "wpe")) and isinstance(module, torch.nn.Embedding):
            # RoBERTa counts positions from behind its padding id.
            return module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
    limit = getattr(model.config, "max_position_embeddings", None)
    return limit if isinstance(limit, int) and limit > 0 else None
