"""How the fields of a file are set out, and which of its rows are not."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .damage import BadLine, open_text, undecodable

if TYPE_CHECKING:
    import _csv
    from collections.abc import Iterator
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


def fields_of(lines: Iterator[str], layout: Layout) -> _csv.Reader:
    """Read lines into fields, one row at a time."""
    return csv.reader(
        lines,
        delimiter=layout.delimiter,
        quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
    )


def bad_rows(file: Path, layout: Layout) -> list[BadLine]:
    """Name each row that cannot be read, line by line: the slow way, once the quick one has failed."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        with open_text(file, newline="") as stream:
            return list(_bad_rows(stream, layout))
    finally:
        csv.field_size_limit(before)


def _bad_rows(stream: Iterator[str], layout: Layout) -> Iterator[BadLine]:
    strange: dict[int, str] = {}

    def watched() -> Iterator[str]:
        for number, line in enumerate(stream, start=1):
            if cause := undecodable(line):
                strange[number] = cause
            yield line

    fields = len(layout.names) if layout.names else None
    rows = fields_of(watched(), layout)
    begin = 1
    for row in rows:
        end = rows.line_num
        if fields is None and row:
            fields = len(row)
        cause = next((strange[line] for line in range(begin, end + 1) if line in strange), None)
        if cause is None and row and len(row) != fields:  # no row: a blank line
            opened = f" (a quotation mark joins it to line {end})" if end > begin else ""
            cause = f"has {len(row)} field{'' if len(row) == 1 else 's'}, must have {fields}{opened}"
        if cause is not None:
            yield BadLine(begin, end, cause)
        begin = end + 1
