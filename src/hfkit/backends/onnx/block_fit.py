"""The step and the lowest value with which 16 values fit a block of weights best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hfkit.text.arrays import FloatArray

__all__ = ["TOP", "fit_blocks"]

TOP = 15
"""The largest whole number of 4 bits."""

# Parts of the range of a block that are tried: to cut off its ends can leave less error than to reach them.
_PARTS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)

# How often weights are rounded anew and the line through them is drawn anew; more changes next to nothing.
_REFINED = 2


def fit_blocks(blocks: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Find a step and a lowest value for each block.

    Of several ranges the one with the least sum of squared errors is taken. In each, weights are rounded to whole
    numbers, and the line through weights over whole numbers with the least squares gives the step and the lowest value.

    Args:
        blocks: weights, ``[blocks, size]``.

    Returns:
        Steps, and lowest values, ``[blocks]`` each: a weight becomes the lowest value and 0 to 15 steps. The lowest is
        not above 0, and the highest not below. The step of a block of zeros is 0.

    >>> steps, lows = fit_blocks(np.array([[-0.25, 0.25, 0.75, 7.25]], dtype=np.float32))
    >>> steps.round(4).tolist(), lows.round(4).tolist()
    ([0.5], [-0.25])
    """
    low = np.minimum(blocks.min(axis=1, keepdims=True), 0)
    high = np.maximum(blocks.max(axis=1, keepdims=True), 0)
    center, reach = (low + high) / 2, (high - low) / 2
    centered = blocks - blocks.mean(axis=1, keepdims=True)
    best = np.full_like(low, -1)
    steps, lows = np.ones_like(low), np.zeros_like(low)
    for part in _PARTS:
        tried = np.where(reach > 0, 2 * part * reach / TOP, 1)
        found, start, gain = _line(blocks, centered, tried, center - part * reach)
        better = gain > best
        best = np.where(better, gain, best)
        steps, lows = np.where(better, found, steps), np.where(better, start, lows)
    for _ in range(_REFINED):
        steps, lows, _ = _line(blocks, centered, steps, lows)
    return np.where(reach > 0, steps, 0)[:, 0], np.where(reach > 0, lows, 0)[:, 0]


def _line(
    blocks: FloatArray, centered: FloatArray, steps: FloatArray, lows: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Round to a line and draw it anew; say by how much it lowers the squared error of the mean alone."""
    whole = np.clip(np.rint((blocks - lows) / steps), 0, TOP)
    middle = whole.mean(axis=1, keepdims=True)
    whole -= middle
    spread = np.einsum("ij,ij->i", whole, whole)[:, None]
    common = np.einsum("ij,ij->i", whole, centered)[:, None]
    drawn = common / np.maximum(spread, 1e-9)
    steps = np.where(drawn > 0, drawn, steps).astype(np.float32)
    lows = blocks.mean(axis=1, keepdims=True) - steps * middle
    return steps, np.clip(lows, -TOP * steps, 0).astype(np.float32), common * drawn
