"""One forward pass of a sequence classification model."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import transformers

from hfkit.backends.protocols import ScorerCard
from hfkit.errors import CorruptModelError, OutOfMemoryError, SessionClosedError
from hfkit.text.labels import LabelScheme

from .threads import limited_threads

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.runtime import Runtime

__all__ = ["TorchScorer"]


class TorchScorer:
    """A sequence classification model on torch."""

    def __init__(self, model: PreTrainedModel, runtime: Runtime) -> None:
        self._model: PreTrainedModel | None = model
        self._threads = runtime.threads
        self._device = model.device
        config = model.config
        accepts_types = "token_type_ids" in inspect.signature(model.forward).parameters
        # Models without segments take the argument too, and would look their ids up in a table of one.
        self._wants_types = accepts_types and (getattr(config, "type_vocab_size", 0) or 0) > 1
        pad_id = config.pad_token_id
        if pad_id is None:
            # Decoders pool the last token that is no padding, and refuse a batch without a padding id.
            eos = config.eos_token_id
            pad_id = (eos[0] if isinstance(eos, list) else eos) or 0
            config.pad_token_id = pad_id
        self.card: ScorerCard = ScorerCard(
            labels=LabelScheme.from_config(config.to_dict()),
            max_tokens=_position_limit(model),
            pad_id=pad_id,
            device=str(model.device),
            dtype=str(model.dtype).removeprefix("torch."),
            versions=(("torch", torch.__version__), ("transformers", transformers.__version__)),
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
        except RuntimeError as error:
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
                raise OutOfMemoryError(
                    f"{batch.ids.shape[0]} sequences of {batch.ids.shape[1]} tokens do not fit on {self._device}",
                    hint="use a smaller window, a smaller dtype, or a device with more memory",
                ) from error
            raise

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
