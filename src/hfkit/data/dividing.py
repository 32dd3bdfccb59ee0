"""Which rows go into which split: by chance, by seed, and class by class if asked."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["divide"]


def divide(groups: Sequence[Sequence[int]], shares: Sequence[Fraction], *, seed: int) -> list[list[int]]:
    """Deal rows out, so that each group is shared out as the whole is.

    Of each group every split gets its share, rounded up or down. What is lost to one split by rounding in one group it
    is the first to gain in the next, so the sizes of the splits stay close to their shares of the whole.

    Args:
        groups: positions of rows; those of one class each, or all rows as one group.
        shares: of each split, adding up to 1.
        seed: the same seed gives the same splits.

    Returns:
        The positions of each split, in an order by chance.

    >>> [len(rows) for rows in divide([range(10), range(10, 30)], [Fraction(4, 5), Fraction(1, 5)], seed=0)]
    [24, 6]
    """
    chance = np.random.default_rng(seed)
    splits: list[list[int]] = [[] for _ in shares]
    owed = [Fraction(0)] * len(shares)
    for group in groups:
        counts = _rounded([len(group) * share for share in shares], owed)
        order = chance.permutation(len(group)).tolist()
        begin = 0
        for split, count in zip(splits, counts, strict=True):
            split.extend(group[position] for position in order[begin : begin + count])
            begin += count
    return [[split[position] for position in chance.permutation(len(split)).tolist()] for split in splits]


def _rounded(exact: Sequence[Fraction], owed: list[Fraction]) -> list[int]:
    """Round parts of a whole number up or down so that they add up to it; what is lost is put into ``owed``."""
    counts = [int(part) for part in exact]  # rounded down: no part is below 0
    lost = [part - count for part, count in zip(exact, counts, strict=True)]
    left = int(sum(lost))
    # Those to which most is owed go up. Among equals a later split does: they are the small ones.
    by_claim = sorted(
        (position for position, part in enumerate(lost) if part),
        key=lambda position: (owed[position] + lost[position], position),
        reverse=True,
    )
    for position in by_claim[:left]:
        counts[position] += 1
    for position, (part, count) in enumerate(zip(exact, counts, strict=True)):
        owed[position] += part - count
    return counts
