"""Which pairs of texts are of lengths that do not fit each other: in a translation, mostly a slip of a line."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ratio_outliers", "usual_ratio"]

# "No." is three characters, and "Nein, danke." is no slip.
_SHORT = 20


def usual_ratio(firsts: Sequence[int], seconds: Sequence[int]) -> float:
    """Give the median of how many times longer the second of a pair is than the first; 1 if there is none.

    Args:
        firsts: the length of the first of each pair; a pair with an empty side is left out.
        seconds: that of the second.

    >>> usual_ratio([10, 20, 30], [20, 20, 30])
    1.0
    """
    ratios = [second / first for first, second in zip(firsts, seconds, strict=True) if first and second]
    return median(ratios) if ratios else 1.0


def ratio_outliers(firsts: Sequence[int], seconds: Sequence[int], *, factor: float = 3.0) -> list[int]:
    """Find the pairs whose second is longer, or shorter, than usual by more than a factor.

    A pair of which both are shorter than 20 is none of them, and a pair with an empty side neither.

    Args:
        firsts: the length of the first of each pair.
        seconds: that of the second.
        factor: how many times the usual ratio one may be, at least 1.

    Returns:
        Places of the pairs.

    Raises:
        ValueError: the factor is less than 1.

    >>> ratio_outliers([30, 30, 30, 30], [30, 33, 8, 120])
    [2, 3]
    """
    if not factor >= 1:
        raise ValueError(f"factor is {factor}, must be at least 1")
    usual = usual_ratio(firsts, seconds)
    return [
        place
        for place, (first, second) in enumerate(zip(firsts, seconds, strict=True))
        if first
        and second
        and max(first, second) >= _SHORT
        and not 1 / factor <= second / first / usual <= factor
    ]
