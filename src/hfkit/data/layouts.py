"""How the fields of a file are set out, and which of its rows are not."""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .damage import BadLine, open_text, undecodable

if TYPE_CHECKING:
    import _csv
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Layout", "bad_rows", "fields_of"]

_LONGEST_FIELD = 1 << 30


@dataclass(frozen=True, slots=True)
class Layout:
    """How the fields of a file are set out.

    Attributes:
        delimiter: what stands between two fields.
        quoted: whether a field may stand in quotation marks.
        names: the names of the columns if the first line does not give them, else None.
    """

    delimiter: str = ","
    quoted: bool = True
    names: tuple[str, ...] | None = None


def fields_of(lines: Iterable[str], layout: Layout, *, strict: bool = False) -> _csv.Reader:
    """Read lines into fields, one row at a time.

    Args:
        lines: with their ends.
        layout: how the fields are set out.
        strict: whether a closing quotation mark must end its field; else what follows is part of it.
    """
    return csv.reader(
        lines,
        delimiter=layout.delimiter,
        quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
        strict=strict,
    )


def bad_rows(file: Path, layout: Layout) -> list[BadLine]:
    """Name each row that cannot be read, line by line: the slow way, once the quick one has failed.

    A row over several lines is read only if its quotation marks are in order: a stray one would join it to all rows up
    to the next stray one, and the quick way would take them for one field.
    """
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        with open_text(file, newline="") as stream:
            return list(_bad_rows(_Lines(stream), layout))
    finally:
        csv.field_size_limit(before)


class _Lines:
    """Lines one by one; all of a row but the first may be given back, to be read as rows of their own."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._waiting: deque[str] = deque()
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._stream)
        self.row.append(line)
        return line

    def give_back(self) -> None:
        self._waiting.extendleft(reversed(self.row[1:]))
        del self.row[1:]


def _bad_rows(lines: _Lines, layout: Layout) -> Iterator[BadLine]:
    rows = fields_of(lines, layout, strict=True)
    fields = len(layout.names) if layout.names else None
    begin = 1
    while True:
        lines.row.clear()
        stray = ""
        try:
            row = next(rows, None)
        except csv.Error as error:
            if len(lines.row) > 1:
                stray = (
                    "never closed" if "end of data" in str(error) else "closed within a field further down"
                )
                lines.give_back()
            row = next(fields_of(lines.row, layout))
        if row is None:
            return
        fields = fields or len(row) or None
        end = begin + len(lines.row) - 1
        cause = next(filter(None, map(undecodable, lines.row)), None)
        if cause is None and stray:
            cause = f"has a quotation mark that is {stray}"
        if cause is None and row and len(row) != fields:  # no row: a blank line
            opened = f" (a quotation mark joins it to line {end})" if end > begin else ""
            cause = f"has {len(row)} field{'' if len(row) == 1 else 's'}, must have {fields}{opened}"
        if cause is not None:
            yield BadLine(begin, end, cause)
        begin = end + 1
