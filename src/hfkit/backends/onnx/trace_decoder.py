"""Trace a model that writes: one step of its decoder, with what it remembers as inputs and outputs."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from transformers.cache_utils import DynamicCache

from ._remembering import IMPLEMENTATION, Memory, remembering
from .trace import write_onnx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from transformers import PreTrainedModel

__all__ = ["buffer_names", "cache_argument", "trace_decoder"]

# Rows, tokens and columns of the step that is traced.
_ROWS, _TOKENS, _COLUMNS = 2, 3, 5


def buffer_names(layers: int, kind: str) -> list[str]:
    """Name buffers of a kind: keys and values of each layer in turns."""
    return [f"{kind}.{layer}.{part}" for layer in range(layers) for part in ("keys", "values")]


def cache_argument(model: PreTrainedModel) -> str:
    """Say what a model calls its cache, which transformers 5.24 renamed."""
    return "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"


class _Step(torch.nn.Module):
    """One step of a decoder that goes on with what it reads."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self._model = model
        self._cache = cache_argument(model)

    def forward(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        lasts: torch.Tensor,
        counts: torch.Tensor,
        wanted: torch.Tensor,
        *buffers: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        memory = Memory(buffers, lasts, counts, 0)
        arguments = {"input_ids": ids, "position_ids": positions, "use_cache": True, self._cache: memory}
        with remembering(memory), only(self._model, wanted):
            logits = self._model(**arguments)["logits"]
        return (logits[0], *memory.buffers())


@contextmanager
def only(model: PreTrainedModel, wanted: torch.Tensor) -> Iterator[None]:
    """Let the head see these tokens alone, counted over all rows: it is large, and most are not asked for."""

    def choose(_: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        hidden, *others = given
        return (hidden.flatten(0, 1)[wanted][None], *others)

    head = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    if head is None:
        raise NotImplementedError("it has no head that is known to transformers")
    handle = head.register_forward_pre_hook(choose)
    try:
        yield
    finally:
        handle.remove()


def trace_decoder(model: PreTrainedModel, target: Path) -> None:
    """Write a step of a decoder-only model as ONNX.

    Its inputs are ``ids`` and ``positions``, both ``[rows, tokens]``; ``lasts``, the place of each row's last new
    token, and ``counts``, how many new ones it has; ``wanted``, of which tokens logits are to be given, counted over
    all rows; and the buffers ``past.0.keys``, ``past.0.values`` and so on, ``[rows, heads, columns, size]``. Its
    outputs are ``logits``, ``[wanted, vocabulary]``, and the buffers ``present.0.keys`` and so on, which are to be
    the same memory.

    Raises:
        NotImplementedError: the model does not remember keys and values in every layer.
    """
    with torch.inference_mode():
        buffers = _buffers(model)
    layers = len(buffers) // 2
    past, present = buffer_names(layers, "past"), buffer_names(layers, "present")
    ids = torch.ones(_ROWS, _TOKENS, dtype=torch.int64)
    inputs = {
        "ids": ids,
        "positions": torch.arange(_TOKENS).repeat(_ROWS, 1),
        "lasts": torch.full((_ROWS,), _TOKENS - 1, dtype=torch.int32),
        "counts": torch.full((_ROWS,), _TOKENS, dtype=torch.int32),
        "wanted": torch.arange(_ROWS),
        **dict(zip(past, buffers, strict=True)),
    }
    model.set_attn_implementation(IMPLEMENTATION)
    write_onnx(
        _Step(model).eval(), inputs, target, outputs=["logits", *present], axes=step_axes(past, present)
    )


def step_axes(past: Sequence[str], present: Sequence[str]) -> dict[str, dict[int, str]]:
    """Name the axes of a step that may be of any length."""
    axes = {name: {0: "rows", 1: "tokens"} for name in ("ids", "positions")}
    axes |= {name: {0: "rows"} for name in ("lasts", "counts")}
    axes |= {name: {0: "wanted"} for name in ("wanted", "logits")}
    return axes | {name: {0: "rows", 2: "columns"} for name in (*past, *present)}


def _buffers(model: PreTrainedModel) -> list[torch.Tensor]:
    """Make a buffer for each that the model remembers of a token."""
    cache = DynamicCache(config=model.config)
    model(
        **{"input_ids": torch.ones(1, 1, dtype=torch.int64), "use_cache": True, cache_argument(model): cache}
    )
    remembered = [getattr(layer, part, None) for layer in cache.layers for part in ("keys", "values")]
    buffers = [
        part.new_zeros(_ROWS, part.shape[1], _COLUMNS, part.shape[3])
        for part in remembered
        if isinstance(part, torch.Tensor)
    ]
    if not buffers or len(buffers) < len(remembered):
        raise NotImplementedError("not all of its layers remember keys and values")
    return buffers
