"""Guess what comes next from what is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .arrays import IntArray

__all__ = ["guess"]

# Tokens at the end that are looked for, the longest run first; a single one says too little.
_RUNS = (4, 3, 2)


def guess(tokens: IntArray, *, most: int) -> list[int]:
    """Give the tokens that came after the last ones when they last came before.

    Args:
        tokens: ids of all that is there, what was read and then what was written, shape ``[tokens]``.
        most: the most tokens to give.

    Returns:
        Ids; none where the last tokens are new.

    Source: prompt lookup decoding, Saxena 2023, https://github.com/apoorvumang/prompt-lookup-decoding

    >>> guess(np.array([5, 6, 7, 8, 9, 5, 6]), most=2)
    [7, 8]
    """
    if most < 1:
        return []
    for size in _RUNS:
        if len(tokens) <= size:
            continue
        last = tokens[-size:]
        before = np.lib.stride_tricks.sliding_window_view(tokens[:-1], size)
        found = np.flatnonzero((before == last).all(axis=1))
        if len(found):
            start = int(found[-1]) + size
            return [int(token) for token in tokens[start : start + most]]
    return []
