"""How confidence intervals are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from .constraints import require_number, require_whole

__all__ = ["Bootstrap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """Settings of the percentile bootstrap: rows are drawn anew, with replacement, and the figures computed again.

    The same settings on the same rows give the same interval.

    Attributes:
        level: the share of drawn figures between the two ends of an interval, above 0 and below 1.
        resamples: how often all rows are drawn anew, at least 1.
        seed: of the draws, at least 0.

    Raises:
        SettingError: a setting is out of its range.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.

    >>> Bootstrap(resamples=5000)
    Bootstrap(level=0.95, resamples=5000, seed=0)
    """

    level: float = 0.95
    resamples: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        require_number("level", self.level, above=0, below=1, hint="0.95 is usual")
        require_whole("resamples", self.resamples, least=1, required=True)
        require_whole("seed", self.seed, least=0, required=True)
