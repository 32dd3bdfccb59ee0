"""One forward pass of any transformers model: arrays in, arrays out, errors translated."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import transformers

from hfkit.errors import BackendError, CorruptModelError, OutOfMemoryError, SessionClosedError

from .exactness import exact_products
from .flat import lay_back, lay_flat, positions
from .packing import packed
from .sending import send
from .threads import limited_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        device: where it is; several places joined by ``+``.
        dtype: the number type that it computes in.
        max_tokens: the longest sequence that it has positions for; None for no limit.
        config: its configuration.
        versions: the libraries that run it.
        packs: whether it is given the sequences of a batch end to end, instead of padded.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        runtime: Runtime,
        read: Callable[[ModelOutput], torch.Tensor],
        *,
        per_token: bool,
    ) -> None:
        """Take over an open model.

        Args:
            loaded: the model.
            runtime: how it is to run.
            read: takes the wanted tensor from the model's output.
            per_token: the second axis of that tensor is tokens.
        """
        model = loaded.model
        self._read = read
        self._per_token = per_token
        self._model: PreTrainedModel | None = model
        self._threads = runtime.threads
        self._wants_types = (
            loaded.reads_types and "token_type_ids" in inspect.signature(model.forward).parameters
        )
        self._spread = loaded.spread
        self._computes = torch.device(loaded.device.partition("+")[0])
        # What spreads a model also brings the inputs to it, and the outputs back to where the inputs came from.
        self._enters = torch.device("cpu") if loaded.spread else self._computes
        self.device: str = loaded.device
        self.dtype: str = str(model.dtype).removeprefix("torch.")
        embedding = _position_embedding(model)
        # RoBERTa counts positions from behind its padding id.
        self._position_padding = None if embedding is None else embedding.padding_idx
        self.max_tokens: int | None = _position_limit(embedding, model.config)
        self.config: PretrainedConfig = model.config
        self.versions: tuple[tuple[str, str], ...] = (
            ("torch", torch.__version__),
            ("transformers", transformers.__version__),
        )

        self.packs: bool = False

    def run(self, batch: TokenBatch) -> FloatArray:
        """Run one forward pass; give what is read from its output in float32, in memory of its own."""
        model = self._model
        if model is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        alone = nullcontext() if self._spread is None else self._spread.reading()
        exact = exact_products(self._computes, model.dtype)
        try:
            with alone, torch.inference_mode(), limited_threads(self._threads), exact:
                return self._run_packed(model, batch) if self.packs else self._run_padded(model, batch)
        except (AssertionError, IndexError, RuntimeError) as error:
            known = getattr(self.config, "vocab_size", None)
            if isinstance(error, IndexError) and known is not None and batch.ids.max() >= known:
                raise CorruptModelError(
                    f"the tokenizer gives ids up to {batch.ids.max()}, the model has {known}",
                    hint="the tokenizer beside the model is not the one it was trained with",
                ) from error
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
                raise OutOfMemoryError(
                    f"{batch.ids.shape[0]} sequences of {batch.ids.shape[1]} tokens do not fit on {self.device}",
                    hint="use a smaller window, a smaller dtype, or a device with more memory",
                ) from error
            raise BackendError(
                f"the model failed in {self.dtype} on {self.device}: {error}",
                hint="use another device or model"
                if self.dtype == "float32"
                else "use Runtime(dtype='float32'), or another device",
            ) from error

    def use_threads(self, threads: int | None) -> int:
        """Run forward passes with so many threads from now on; None for torch's own number.

        Returns:
            How many that are.
        """
        self._threads = threads
        return threads or torch.get_num_threads()

    def close(self) -> None:
        """Let go of the model, and of files that were made for it."""
        self._model = None
        if self._spread is not None:
            self._spread.scratch.remove()

    def _run_padded(self, model: PreTrainedModel, batch: TokenBatch) -> FloatArray:
        arguments = {"input_ids": batch.ids, "attention_mask": batch.mask}
        if self._wants_types:
            arguments["token_type_ids"] = batch.types
        return self._forward(model, arguments)

    def _run_packed(self, model: PreTrainedModel, batch: TokenBatch) -> FloatArray:
        places = positions(batch, padding=self._position_padding)
        arguments = {"input_ids": lay_flat(batch.ids, batch), "position_ids": lay_flat(places, batch)}
        if self._wants_types:
            arguments["token_type_ids"] = lay_flat(batch.types, batch)
        with packed(batch.mask.sum(axis=1).tolist()):
            numbers = self._forward(model, arguments)
        return lay_back(numbers, batch) if self._per_token else numbers

    def _forward(self, model: PreTrainedModel, arguments: Mapping[str, IntArray]) -> FloatArray:
        tensors = {name: send(torch.from_numpy(array), self._enters) for name, array in arguments.items()}
        wanted = self._read(cast("ModelOutput", model(**tensors)))
        return np.array(wanted.float().cpu().numpy())  # a copy: no memory of torch crosses the line


def _position_embedding(model: PreTrainedModel) -> torch.nn.Embedding | None:
    """Find the embedding of positions, if the model learned one."""
    for name, module in model.named_modules():
        if name.endswith(("position_embeddings", "wpe")) and isinstance(module, torch.nn.Embedding):
            return module
    return None


def _position_limit(embedding: torch.nn.Embedding | None, config: PretrainedConfig) -> int | None:
    """Give the longest sequence that the model has positions for."""
    if embedding is not None:
        return embedding.num_embeddings - (0 if embedding.padding_idx is None else embedding.padding_idx + 1)
    limit = getattr(config, "max_position_embeddings", None)
    return limit if isinstance(limit, int) and limit > 0 else None
