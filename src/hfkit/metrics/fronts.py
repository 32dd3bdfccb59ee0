"""Which of several choices are worth a look where more than one thing counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["pareto_front"]


def pareto_front(points: Sequence[tuple[float, ...]]) -> tuple[int, ...]:
    """Find the points that no other beats: that is at least as large in each figure, and larger in one.

    Args:
        points: their figures, as many of each, of which more is better.

    Returns:
        Their positions, in order. Equal points are all on the front, or none of them is.

    Source: Pareto, Manuale di economia politica (1906).

    >>> pareto_front([(1, 5), (2, 3), (1, 4), (0, 9)])
    (0, 1, 3)
    """
    return tuple(
        place for place, point in enumerate(points) if not any(_beats(other, point) for other in points)
    )


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine >= its for mine, its in zip(one, other, strict=True))
