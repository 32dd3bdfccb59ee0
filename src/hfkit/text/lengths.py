"""How long texts are, and what a window would cut of them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cut_by", "percentile"]


def percentile(ordered: Sequence[int], percent: float) -> int:
    """Give the smallest number that is at least as large as this share of all: the nearest rank.

    Args:
        ordered: numbers that never fall, at least one.
        percent: the share, above 0 and at most 100.

    Raises:
        ValueError: there are no numbers, or the share is out of its range.

    >>> percentile([3, 5, 8, 13], 50), percentile([3, 5, 8, 13], 90)
    (5, 13)
    """
    if not ordered:
        raise ValueError("there are no numbers, must be at least one")
    if not 0 < percent <= 100:  # noqa: PLR2004 - a hundred percent
        raise ValueError(f"percent is {percent}, must be above 0 and at most 100")
    return ordered[ceil(len(ordered) * percent / 100) - 1]


def cut_by(lengths: Sequence[int], window: int) -> tuple[int, float]:
    """Count what is longer than a window.

    Args:
        lengths: how long each text is.
        window: the most that is read of one.

    Returns:
        How many texts are longer, and what share of the whole length lies beyond, from 0 to 1.

    >>> cut_by([4, 10, 6], window=5)
    (2, 0.3)
    """
    beyond = [length - window for length in lengths if length > window]
    return len(beyond), sum(beyond) / sum(lengths) if beyond else 0.0
