"""Float32 weights as whole numbers of 4 bits, in blocks that have a step and a zero of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hfkit.text.arrays import FloatArray

__all__ = ["packed_pairs", "rounded_to_four_bits"]

_TOP = 15

# Parts of the range of a block that are tried too: to cut off its ends can leave less error than to reach them.
_FURTHER_PARTS = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)


def rounded_to_four_bits(blocks: FloatArray) -> tuple[NDArray[np.uint8], FloatArray, NDArray[np.uint8]]:
    """Round blocks of weights to whole numbers of steps.

    Of several ranges the one with the least sum of squared errors is taken, each with the step that fits its whole
    numbers best.

    Args:
        blocks: weights, ``[blocks, size]``.

    Returns:
        Whole numbers from 0 to 15, of the same shape; for each block its step, and the whole number that stands for 0.

    >>> whole, steps, zeros = rounded_to_four_bits(np.array([[0.0, 0.5, 1.0, 7.5]], dtype=np.float32))
    >>> whole.tolist(), steps.tolist(), zeros.tolist()
    ([[0, 1, 2, 15]], [0.5], [0])
    """
    low = np.minimum(blocks.min(axis=1, keepdims=True), 0)
    high = np.maximum(blocks.max(axis=1, keepdims=True), 0)
    errors, whole, steps, zeros = _rounded(blocks, low, high, part=1.0)
    for part in _FURTHER_PARTS:
        found = _rounded(blocks, low, high, part=part)
        better = found[0] < errors
        errors = np.where(better, found[0], errors)
        whole = np.where(better[:, None], found[1], whole)
        steps = np.where(better, found[2], steps)
        zeros = np.where(better, found[3], zeros)
    return whole, steps, zeros


def _rounded(
    blocks: FloatArray, low: FloatArray, high: FloatArray, *, part: float
) -> tuple[FloatArray, NDArray[np.uint8], FloatArray, NDArray[np.uint8]]:
    """Round within a part of the range; give the errors too."""
    span = (high - low) * part
    steps = np.where(span > 0, span / _TOP, 1).astype(np.float32)
    zeros = np.clip(np.rint(-low * part / steps), 0, _TOP)
    moved = np.clip(np.rint(blocks / steps) + zeros, 0, _TOP) - zeros
    sizes = (moved * moved).sum(axis=1, keepdims=True)
    fitting = (blocks * moved).sum(axis=1, keepdims=True) / np.maximum(sizes, 1)
    steps = np.where(fitting > 0, fitting, steps).astype(np.float32)
    errors = np.square(blocks - moved * steps).sum(axis=1)
    return errors, (moved + zeros).astype(np.uint8), steps[:, 0], zeros[:, 0].astype(np.uint8)


def packed_pairs(whole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put two numbers of 4 bits into a byte along the last axis, the first in the lower half; a last one alone.

    >>> packed_pairs(np.array([[1, 2, 3]], dtype=np.uint8)).tolist()
    [[33, 3]]
    """
    if whole.shape[-1] % 2:
        whole = np.concatenate((whole, np.zeros_like(whole[..., :1])), axis=-1)
    packed: NDArray[np.uint8] = whole[..., ::2] + np.uint8(1 << 4) * whole[..., 1::2]
    return packed
