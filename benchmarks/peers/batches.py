"""Batches as a careful engineer plans them by hand: sorted by length, up to a number of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["arrival_batches", "sorted_batches"]


def sorted_batches(lengths: Sequence[int], *, budget: int) -> list[list[int]]:
    """Give the texts of each batch, the longest first; none is padded to more than the budget.

    Args:
        lengths: tokens of each text.
        budget: the most tokens of a batch, padding included; a longer text runs alone.
    """
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= budget:
            batches[-1].append(position)
        else:
            batches.append([position])
    return batches


def arrival_batches(count: int, *, rows: int) -> list[list[int]]:
    """Give the texts of each batch, in the order of arrival."""
    return [list(range(start, min(start + rows, count))) for start in range(0, count, rows)]
