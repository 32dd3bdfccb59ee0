"""A short life of a running batch, made to compare a model that writes with another, or with itself read at once.

Rows of mixed lengths are read, written to by one token and by several, reordered, forked and cut; others join,
with a common beginning and without. So whatever two models do differently shows in the logits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hfkit.backends.writers import RunningBatch
    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["TrialReading", "live"]

_LENGTHS = (5, 13, 1, 30)
_SHARED = 9
_OPENING = 2
_REORDERED = (3, 1, 1)

# The most that is written to a row.
_WRITTEN = 8


@dataclass(frozen=True, slots=True, eq=False)
class TrialReading:
    """What a model has read when it gives logits.

    Attributes:
        text: the ids before, for a decoder alone; or those that were written.
        source: the ids that they are written beside; None for a decoder alone.
    """

    text: IntArray
    source: IntArray | None = None


def live(
    batch: RunningBatch, *, vocabulary: int, longest: int, encodes: bool
) -> tuple[FloatArray, list[TrialReading]]:
    """Let a batch live; the same each time.

    Args:
        batch: an empty one.
        vocabulary: how many token ids the model knows.
        longest: tokens of the longest row in the end, at most what the model takes.
        encodes: whether the model reads a source apart, then writes beside it.

    Returns:
        All logits, ``[readings, vocabulary]``, and what the model had read at each.
    """
    life = _Life(batch, vocabulary, longest, encodes=encodes)
    life.read(_LENGTHS)
    life.write(1)
    life.write(3)
    life.reorder(_REORDERED)
    life.write(1)
    life.forget(2)
    if not encodes:
        life.read((_SHARED + 4, _SHARED + 1), shared=_SHARED)
        life.read((_SHARED + 2, _SHARED + 1), shared=_SHARED)
    life.read((longest,))
    life.write(1)
    return np.concatenate(life.logits), life.readings


class _Life:
    def __init__(self, batch: RunningBatch, vocabulary: int, longest: int, *, encodes: bool) -> None:
        self._batch = batch
        self._vocabulary = vocabulary
        self._most = max(1, longest - _WRITTEN)
        self._chance = np.random.default_rng(longest)
        self._opening = self._ids(_OPENING) if encodes else None
        self._beginning = self._ids(_SHARED)
        self._rows: list[TrialReading] = []
        self.logits: list[FloatArray] = []
        self.readings: list[TrialReading] = []

    def read(self, lengths: tuple[int, ...], *, shared: int = 0) -> None:
        beginning = self._beginning[: min(shared, self._most - 1)]
        rows = [
            np.concatenate((beginning, self._ids(min(length, self._most) - len(beginning))))
            for length in lengths
        ]
        if self._opening is None:
            self.logits.append(self._batch.read(rows, shared=len(beginning)))
            new = [TrialReading(row) for row in rows]
        else:
            self.logits.append(self._batch.read(rows, opening=self._opening))
            new = [TrialReading(self._opening, row) for row in rows]
        self._rows += new
        self.readings += new

    def write(self, width: int) -> None:
        tokens = np.stack([self._ids(width) for _ in self._rows])
        for count in range(len(self._rows) * width):
            row, place = divmod(count, width)
            before = self._rows[row]
            self.readings.append(
                TrialReading(np.append(before.text, tokens[row, : place + 1]), before.source)
            )
        self._rows = self.readings[-len(self._rows) * width :][width - 1 :: width]
        logits = self._batch.write(tokens)
        self.logits.append(logits.reshape(-1, logits.shape[-1]))

    def reorder(self, places: tuple[int, ...]) -> None:
        self._batch.keep(np.array(places, dtype=np.int64))
        self._rows = [self._rows[place] for place in places]

    def forget(self, tokens: int) -> None:
        self._batch.forget(tokens)
        self._rows = [TrialReading(row.text[:-tokens], row.source) for row in self._rows]

    def _ids(self, length: int) -> IntArray:
        """Draw ids from the middle of the vocabulary, where no special tokens are."""
        low = self._vocabulary // 3
        return self._chance.integers(low, max(low + 1, self._vocabulary * 2 // 3), length, dtype=np.int64)
