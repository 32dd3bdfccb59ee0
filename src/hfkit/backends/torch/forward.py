"""One forward pass of any transformers model: arrays in, arrays out, errors translated."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import transformers

from hfkit.errors import BackendError, CorruptModelError, OutOfMemoryError, SessionClosedError

from .threads import limited_threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PretrainedConfig, PreTrainedModel
    from transformers.utils.generic import ModelOutput

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.runtime import Runtime

    from .loading import LoadedModel

__all__ = ["TorchModel"]


class TorchModel:
    """An open transformers model.

    Attributes:
        device: where it runs.
        dtype: the number type that it computes in.
        max_tokens: the longest sequence that it has positions for; None for no limit.
        config: its configuration.
        versions: the libraries that run it.
    """

    def __init__(self, loaded: LoadedModel, runtime: Runtime) -> None:
        model = loaded.model
        self._model: PreTrainedModel | None = model
        self._threads = runtime.threads
        self._wants_types = (
            loaded.reads_types and "token_type_ids" in inspect.signature(model.forward).parameters
        )
        self.device: str = str(model.device)
        self.dtype: str = str(model.dtype).removeprefix("torch.")
        self.max_tokens: int | None = _position_limit(model)
        self.config: PretrainedConfig = model.config
        self.versions: tuple[tuple[str, str], ...] = (
            ("torch", torch.__version__),
            ("transformers", transformers.__version__),
        )

    def run(self, batch: TokenBatch, read: Callable[[ModelOutput], torch.Tensor]) -> FloatArray:
        """Run one forward pass.

        Args:
            batch: what the model is to read.
            read: takes the wanted tensor from the model's output.

        Returns:
            That tensor in float32, in memory of its own.
        """
        model = self._model
        if model is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        arguments = {"input_ids": self._tensor(batch.ids), "attention_mask": self._tensor(batch.mask)}
        if self._wants_types:
            arguments["token_type_ids"] = self._tensor(batch.types)
        try:
            with torch.inference_mode(), limited_threads(self._threads):
                wanted = read(cast("ModelOutput", model(**arguments)))
                return np.array(wanted.float().cpu().numpy())  # a copy: no memory of torch crosses the line
        except IndexError as error:
            raise CorruptModelError(
                f"the tokenizer gives ids up to {batch.ids.max()}, the model has {self.config.vocab_size}",
                hint="the tokenizer beside the model is not the one it was trained with",
            ) from error
        except RuntimeError as error:
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
                raise OutOfMemoryError(
                    f"{batch.ids.shape[0]} sequences of {batch.ids.shape[1]} tokens do not fit on {self.device}",
                    hint="use a smaller window, a smaller dtype, or a device with more memory",
                ) from error
            raise BackendError(
                f"the model failed in {self.dtype} on {self.device}: {error}",
                hint="use Runtime(dtype='float32'), or another device",
            ) from error

    def close(self) -> None:
        """Let go of the model."""
        self._model = None

    def _tensor(self, array: IntArray) -> torch.Tensor:
        return torch.from_numpy(array).to(self.device)


def _position_limit(model: PreTrainedModel) -> int | None:
    """Give the longest sequence that the model has positions for."""
    for name, module in model.named_modules():
        if name.endswith(("position_embeddings", "wpe")) and isinstance(module, torch.nn.Embedding):
            # RoBERTa counts positions from behind its padding id.
            return module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)
    limit = getattr(model.config, "max_position_embeddings", None)
    return limit if isinstance(limit, int) and limit > 0 else None
