"""float32 computed as float32: CUDA may round what it multiplies to TF32, which keeps 10 bits of 23.

torch allows that for convolutions by default, and for matrices where a program asks for it; either moves
a score by more than what exact answers promise.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["exact_products"]

# What holds each setting, its name, and its exact value; torch has named them anew in 2.9.
_SETTINGS: tuple[tuple[object, str, object], ...] = (
    (
        (torch.backends.cuda.matmul, "fp32_precision", "ieee"),
        (torch.backends.cudnn.conv, "fp32_precision", "ieee"),
    )
    if hasattr(torch.backends.cudnn, "conv")
    else ((torch.backends.cuda.matmul, "allow_tf32", False), (torch.backends.cudnn, "allow_tf32", False))
)


class _Own:
    """The program's own settings, to be put back when the last exact forward pass ends."""

    lock = threading.Lock()
    inside = 0
    values: tuple[object, ...] = ()


@contextmanager
def exact_products(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Run without TF32, then put back what the program had set.

    Args:
        device: what computes; there is nothing to do on others than CUDA.
        dtype: of the weights; there is nothing to do for others than float32.
    """
    if device.type != "cuda" or dtype != torch.float32:
        yield
        return
    with _Own.lock:
        if not _Own.inside:
            _Own.values = tuple(getattr(holder, name) for holder, name, _ in _SETTINGS)
        _Own.inside += 1
        for holder, name, exact in _SETTINGS:
            setattr(holder, name, exact)
    try:
        yield
    finally:
        with _Own.lock:
            _Own.inside -= 1
            if not _Own.inside:
                for (holder, name, _), value in zip(_SETTINGS, _Own.values, strict=True):
                    setattr(holder, name, value)
