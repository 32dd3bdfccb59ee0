"""A figure, and how far chance may have moved it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Estimate"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that was measured on a sample of rows, with its confidence interval.

    Attributes:
        value: the figure on the rows as they are.
        low: the lower end of its interval.
        high: the upper end of its interval.

    >>> str(Estimate(0.8412, low=0.8193, high=0.8621))
    '0.841 [0.819, 0.862]'
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"
