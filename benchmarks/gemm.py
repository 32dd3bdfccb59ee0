"""The machine's own limit: how fast it multiplies matrices of a model's shapes."""

from __future__ import annotations

import time
from typing import Any

import torch

__all__ = ["gemm_rate", "widest_layer"]

_ROWS = 512  # tokens of a batch
_REPEATS = 7


def gemm_rate(hidden: int, inner: int) -> float:
    """Measure float32 matrix products with torch's threads, the best of several.

    Args:
        hidden: the width of a layer.
        inner: the width of its feed-forward part.

    Returns:
        Floating point operations a second.
    """
    left, right = torch.rand(_ROWS, hidden), torch.rand(hidden, inner)
    target = torch.empty(_ROWS, inner)
    seconds = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        torch.mm(left, right, out=target)
        seconds.append(time.perf_counter() - start)
    return 2 * _ROWS * hidden * inner / min(seconds)


def widest_layer(model: Any) -> tuple[int, int]:  # noqa: ANN401  # transformers' own
    """Give the inputs and outputs of the largest linear layer of a model, the first of them."""
    layers = [part for part in model.modules() if isinstance(part, torch.nn.Linear)]
    largest = max(layers, key=lambda layer: layer.weight.numel())
    return largest.in_features, largest.out_features
