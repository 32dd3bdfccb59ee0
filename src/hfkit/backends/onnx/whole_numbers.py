"""Float32 weights as whole numbers of 8 bits, each row or column in steps of its own size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hfkit.text.arrays import FloatArray

__all__ = ["rounded"]


def rounded(weights: FloatArray, *, axis: int, top: int) -> tuple[NDArray[np.int8], FloatArray]:
    """Round weights to whole numbers of steps.

    Args:
        weights: a matrix.
        axis: the axis along which all numbers share a step.
        top: the largest whole number to use, at most 127.

    Returns:
        Whole numbers from ``-top`` to ``top``, and the steps, of size 1 along ``axis``. The product is nowhere
        further from the weights than half a step.

    >>> whole, steps = rounded(np.array([[0.5, -1.0], [0.0, 0.0]], dtype=np.float32), axis=1, top=4)
    >>> whole.tolist(), steps.tolist()
    ([[2, -4], [0, 0]], [[0.25], [1.0]])
    """
    largest = np.abs(weights).max(axis=axis, keepdims=True)
    steps = np.where(largest > 0, largest / top, 1).astype(np.float32)
    return np.clip(np.rint(weights / steps), -top, top).astype(np.int8), steps
