"""What is remembered of the rows of a split to find those that are alike: some hundred bytes each, however long."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from hfkit.text.duplicates import digest, normalized
from hfkit.text.near_duplicates import sketch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.text.near_duplicates import Signatures

    from .readings import RowReading

__all__ = ["Likeness"]

# Characters of texts that are kept to be compared piece by piece; those of later rows are read again.
_MOST_KEPT = 2**25


class Likeness:
    """The rows of a split as what they are told from others by.

    Attributes:
        keys: for each row a hash of its key; None for a row that cannot be read.
        answers: for each row a hash of what it teaches; 0 for nothing.
        near_keys: for each row a hash of the text in which it may be nearly another; None as for ``keys``.
        near_rows: the rows whose texts are sketched: the first row of each text.
    """

    def __init__(self, read_again: Callable[[int], RowReading]) -> None:
        self.keys: list[bytes | None] = []
        self.answers: array[int] = array("q")
        self.near_keys: list[bytes | None] = []
        self.near_rows: array[int] = array("q")
        self._read_again = read_again
        self._seen: set[bytes] = set()
        self._sketches: list[Signatures] = [sketch([])]
        self._kept: list[str] = []
        self._room = _MOST_KEPT

    @property
    def taught(self) -> list[bytes | None]:
        """The keys of the rows that can be read and teach something; None for the others."""
        return [key if answer else None for key, answer in zip(self.keys, self.answers, strict=True)]

    @property
    def signatures(self) -> Signatures:
        """The sketches of the texts of ``near_rows``."""
        return np.concatenate(self._sketches)

    def near_text(self, place: int) -> str:
        """Give the text that was sketched at a place among ``near_rows``."""
        if place < len(self._kept):
            return self._kept[place]
        reading = self._read_again(self.near_rows[place])
        return _joined(reading.key if reading.near is None else reading.near)

    def add(self, readings: Sequence[RowReading]) -> None:
        """Take the next rows."""
        texts: list[str] = []
        for reading in readings:
            self.answers.append(0 if reading.answer is None else hash(reading.answer) or 1)
            text = self._remember(reading)
            if text is not None:
                texts.append(text)
        self._sketches.append(sketch(texts))

    def _remember(self, reading: RowReading) -> str | None:
        """Take the key of a row; give its text if no earlier row has it."""
        row = len(self.keys)
        if not reading.key:
            self.keys.append(None)
            self.near_keys.append(None)
            return None
        text = _joined(reading.key)
        key = digest((text,))
        self.keys.append(key)
        if reading.near is not None:
            text = _joined(reading.near)
            key = digest((text,))
        self.near_keys.append(key)
        if key in self._seen:
            return None
        self._seen.add(key)
        if len(text) <= self._room and len(self._kept) == len(self.near_rows):
            self._kept.append(text)
            self._room -= len(text)
        self.near_rows.append(row)
        return text


def _joined(parts: Sequence[str]) -> str:
    return "\n".join(map(normalized, parts))  # no normalized text holds a line break
