"""A padded batch laid flat, its tokens end to end in one row, and what was computed for them put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["lay_back", "lay_flat", "positions"]


def lay_flat(array: IntArray, batch: TokenBatch) -> IntArray:
    """Leave out the columns of padding, ``[rows, tokens]`` to ``[1, sum of lengths]``."""
    flat: IntArray = array[batch.mask == 1][None]
    return flat


def lay_back(numbers: FloatArray, batch: TokenBatch) -> FloatArray:
    """Undo :func:`lay_flat`, ``[1, sum of lengths, ...]`` to ``[rows, tokens, ...]``, with 0 at padding."""
    padded = np.zeros((*batch.ids.shape, *numbers.shape[2:]), dtype=numbers.dtype)
    padded[batch.mask == 1] = numbers[0]
    return padded


def positions(batch: TokenBatch, *, padding: int | None) -> IntArray:
    """Number the tokens of each row, shape ``[rows, tokens]``.

    Args:
        batch: the rows.
        padding: None to count from 0. Else the padding id of a model that counts as RoBERTa does: from
            behind that id, without tokens that have it, which stand there themselves.
    """
    if padding is None:
        return np.broadcast_to(np.arange(batch.ids.shape[1]), batch.ids.shape)
    counted = batch.ids != padding
    numbered: IntArray = counted.cumsum(axis=1) * counted + padding
    return numbered
