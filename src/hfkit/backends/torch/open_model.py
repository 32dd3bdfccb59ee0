"""An open transformers model: where it is, how it is run, and what its failures mean."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import torch
import transformers

from hfkit.backends.free_memory import free_memory
from hfkit.errors import BackendError, CorruptModelError, OutOfMemoryError, SessionClosedError

from .exactness import exact_products
from .threads import limited_threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.text.arrays import IntArray
    from hfkit.values.runtime import Runtime

    from .loading import LoadedModel

__all__ = ["OpenModel"]


class OpenModel:
    """An open transformers model.

    Attributes:
        enters: where its inputs are to be.
        device: where it is; several places joined by ``+``.
        dtype: the number type that it computes in; of packed weights what they are stored in.
        max_tokens: the longest sequence that it has positions for; None for no limit.
        position_padding: the padding id behind which it counts positions (RoBERTa), if it does.
        config: its configuration.
        versions: the libraries that run it.
    """

    def __init__(self, loaded: LoadedModel, runtime: Runtime) -> None:
        model = loaded.model
        self._model: PreTrainedModel | None = model
        self._threads = runtime.threads
        self._spread = loaded.spread
        self._computes = torch.device(loaded.device.partition("+")[0])
        # What spreads a model also brings the inputs to it, and the outputs back to where the inputs came from.
        self.enters: torch.device = torch.device("cpu") if loaded.spread else self._computes
        self.device: str = loaded.device
        packed = loaded.packed
        self.dtype: str = packed.bits if packed else str(model.dtype).removeprefix("torch.")
        embedding = _position_embedding(model)
        # RoBERTa counts positions from behind its padding id.
        self.position_padding: int | None = None if embedding is None else embedding.padding_idx
        self.max_tokens: int | None = _position_limit(embedding, model.config)
        self.config: PretrainedConfig = model.config
        self.versions: tuple[tuple[str, str], ...] = (
            ("torch", torch.__version__),
            ("transformers", transformers.__version__),
            *((packed.version,) if packed else ()),
        )

    @property
    def module(self) -> PreTrainedModel:
        """The model itself.

        Raises:
            SessionClosedError: it was closed.
        """
        if self._model is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        return self._model

    @contextmanager
    def computing(self, ids: IntArray) -> Iterator[None]:
        """Run forward passes of these ids as the settings want it; failures are hfkit's own errors.

        Raises:
            CorruptModelError: the ids are not the model's.
            OutOfMemoryError: there is too little memory.
            BackendError: the model failed in any other way.
        """
        alone = nullcontext() if self._spread is None else self._spread.reading()
        exact = exact_products(self._computes, self.module.dtype)
        try:
            with alone, torch.inference_mode(), limited_threads(self._threads), exact:
                yield
        except (AssertionError, IndexError, RuntimeError) as error:
            known = getattr(self.config, "vocab_size", None)
            if isinstance(error, IndexError) and known is not None and ids.max() >= known:
                raise CorruptModelError(
                    f"the tokenizer gives ids up to {ids.max()}, the model has {known}",
                    hint="the tokenizer beside the model is not the one it was trained with",
                ) from error
            if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
                raise OutOfMemoryError(
                    f"{ids.shape[0]} sequences of {ids.shape[1]} tokens do not fit on {self.device}",
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

    def free_memory(self) -> int:
        """Give the bytes that are free where it computes."""
        if self._computes.type in {"cpu", "mps"}:  # one memory for all
            return free_memory()
        return int(torch.get_device_module(self._computes).mem_get_info(self._computes)[0])

    def close(self) -> None:
        """Let go of the model, and of files that were made for it."""
        self._model = None
        if self._spread is not None:
            self._spread.scratch.remove()


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
