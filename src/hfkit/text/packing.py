"""Sequences of different lengths end to end in a few rows, so that next to no padding is computed.

What a forward pass computes is a rectangle: rows, as many as the widest has tokens. One sequence a row leaves the
rectangle as empty as lengths differ. Laid end to end in a few rows::

    computed  <=  2 * tokens
    computed  <=  sequences * longest        (what one a row would cost)

(First fit leaves no two rows that would go into one, so they are more than half full on average. The second holds
because rows as wide as the longest sequence are tried too.) In practice it is far less: rows are made equally wide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import IntArray

__all__ = ["pack", "packed_tokens"]


def pack(lengths: IntArray, *, most: int) -> list[IntArray]:
    """Share sequences out to rows, none of them cut.

    Args:
        lengths: tokens of each sequence, shape ``[sequences]``, all at least 1.
        most: the most tokens of a row; a longer sequence widens all of them.

    Returns:
        For each row the positions of its sequences in ``lengths``, the longest first. The same lengths give the
        same rows.

    Source: first fit decreasing, and MULTIFIT (Coffman, Garey, Johnson 1978, doi:10.1137/0207001) for rows of about
    one width.

    >>> [row.tolist() for row in pack(np.array([3, 9, 4, 2]), most=10)]
    [[1], [2, 0, 3]]
    """
    order = np.argsort(-lengths, kind="stable")
    falling = lengths[order].tolist()
    longest = falling[0] if falling else 0
    rows = _first_fit(falling, max(most, longest))
    width = _width(falling, rows)
    if width > longest:  # rows are never narrower than that
        narrow = _first_fit(falling, longest)
        low, high = longest, width - 1
        while low <= high:
            middle = (low + high) // 2
            found = _first_fit(falling, middle)
            if len(found) <= len(rows):
                rows, width = found, _width(falling, found)
                high = width - 1
            else:
                low = middle + 1
        if len(narrow) * longest < len(rows) * width:
            rows = narrow
    return [order[row] for row in rows]


def packed_tokens(lengths: IntArray, *, most: int) -> int:
    """Count the tokens that are computed for sequences in the rows of :func:`pack`, padding included.

    >>> packed_tokens(np.array([3, 9, 4, 2]), most=10)
    18
    """
    rows = pack(lengths, most=most)
    return len(rows) * max(int(lengths[row].sum()) for row in rows)


def _first_fit(falling: Sequence[int], most: int) -> list[list[int]]:
    """Put each sequence into the first row that has room for it; give their places."""
    rows: list[list[int]] = []
    left: list[int] = []
    for place, length in enumerate(falling):
        row = next((number for number, room in enumerate(left) if room >= length), None)
        if row is None:
            rows.append([place])
            left.append(most - length)
        else:
            rows[row].append(place)
            left[row] -= length
    return rows


def _width(falling: Sequence[int], rows: Sequence[Sequence[int]]) -> int:
    return max((sum(falling[place] for place in row) for row in rows), default=0)
