"""How alike two orders of the same things are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import DoubleArray

__all__ = ["rank_correlation"]


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Give Spearman's correlation of the ranks of two rows of numbers.

    Equal numbers share the mean of their ranks. Where all numbers of a row are equal there is no order: two such rows
    correlate by 1, and one with another row by 0.

    Args:
        one: at least two finite numbers.
        other: as many, of the same things.

    Returns:
        1 where the order is the same, -1 where it is reversed.

    Raises:
        InputError: there are not as many of both, fewer than two, or a number is not finite.

    >>> rank_correlation([0.1, 0.5, 0.9], [2, 7, 8])
    1.0
    >>> round(rank_correlation([0.1, 0.5, 0.9, 0.9], [1, 2, 4, 3]), 4)
    0.9487
    """
    if len(one) != len(other) or len(one) < 2:  # noqa: PLR2004  # one thing has no order
        raise InputError(
            f"there are {len(one)} and {len(other)} numbers, must be as many of both and at least 2",
            hint="give each thing a number in both",
        )
    first, second = (_ranks(np.asarray(numbers, dtype=np.float64)) for numbers in (one, other))
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first @ first) * (second @ second)))
    if not spread:
        return float(np.array_equal(first, second))
    return min(1.0, max(-1.0, float(first @ second) / spread))


def _ranks(numbers: DoubleArray) -> DoubleArray:
    if not np.isfinite(numbers).all():
        raise InputError("a number is not finite, must be to have a rank", hint="leave such things out")
    _, place, often = np.unique(numbers, return_inverse=True, return_counts=True)
    ranks: DoubleArray = (np.cumsum(often) - (often - 1) / 2)[place]
    return ranks
