"""Rows of fields with a delimiter, csv and tsv: each row whole, and each column of one type.

datasets reads them through pandas, which fills a row that is too short, shifts the columns where rows are longer than
the header, takes the text ``null`` for nothing and 007 for 7, and decides on types chunk by chunk. Here Arrow reads
them, which refuses rows of another length, and a column is of numbers only if every field of it is written as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from .damage import open_bytes, open_text, undecodable, unreadable
from .layouts import Layout, bad_rows, fields_of
from .spooling import spooled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import datasets

__all__ = [
    "RaggedRowsError",
    "Survey",
    "batches_of",
    "read_delimited",
    "survey_fields",
    "tab_separated",
]

_BLOCK_BYTES = 1 << 20
_LARGEST_BLOCK = 1 << 30

_WHOLE = r"^-?(0|[1-9][0-9]{0,17})$"  # fits 64 bits
_NUMBER = r"^-?(0|[1-9][0-9]{0,14})?(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
_HAS_DIGIT = r"^-?\.?[0-9]"

_LONGEST_NAME = 100

_PROPERLY_QUOTED = r'^"([^"]|"")*"$'


class RaggedRowsError(Exception):
    """Some rows have another number of fields than the header.

    Attributes:
        count: how many.
    """

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} rows have another number of fields than the header")
        self.count = count


@dataclass(slots=True)
class _Kind:
    """What the fields of a column have been so far: numbers, anything, texts of several lines."""

    whole: bool = True
    number: bool = True
    some: bool = False
    lines: bool = False

    def see(self, column: pa.Array) -> None:
        fields = column.drop_null()
        if not len(fields):
            return
        self.some = True
        self.lines = self.lines or bool(pc.any(pc.match_substring(fields, "\n")).as_py())
        self.whole = self.whole and _all(pc.match_substring_regex(fields, _WHOLE))
        self.number = self.number and _all(
            pc.and_(pc.match_substring_regex(fields, _NUMBER), pc.match_substring_regex(fields, _HAS_DIGIT))
        )

    @property
    def type(self) -> pa.DataType:
        if self.some and self.whole:
            return pa.int64()
        return pa.float64() if self.some and self.number else pa.string()


def _all(flags: pa.BooleanArray) -> bool:
    return bool(pc.all(flags, min_count=0).as_py())


@dataclass(frozen=True, slots=True)
class Survey:
    """What one reading of a whole file has shown.

    Attributes:
        names: the names of the columns, as the file gives them.
        types: the type of each.
        block: bytes to read at a time, so that no row is longer.
    """

    names: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    block: int

    @property
    def schema(self) -> pa.Schema:
        """The columns of what is read; one without a name is called as pandas would."""
        shown = [name or f"Unnamed: {position}" for position, name in enumerate(self.names)]
        return pa.schema(zip(shown, self.types, strict=True))


def survey_fields(file: Path, layout: Layout) -> Survey:
    """Read a file to find the type of each column, and whether all rows are whole.

    Raises:
        RaggedRowsError: rows have another number of fields than there are columns.
        CorruptDataError: the first line names no columns.
        pa.ArrowInvalid: bytes are no UTF-8.
    """
    names = layout.names or _header(file, layout)
    block = _BLOCK_BYTES
    while True:
        kinds = [_Kind() for _ in names]
        try:
            for batch in _batches(file, layout, dict.fromkeys(names, pa.string()), block):
                for kind, column in zip(kinds, batch.columns, strict=True):
                    kind.see(column)
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error) or block >= _LARGEST_BLOCK:
                raise
            block *= 8  # a row is longer than a block
        else:
            if layout.quoted and any(kind.lines for kind in kinds) and (bad := bad_rows(file, layout)):
                raise RaggedRowsError(len(bad))
            return Survey(names, tuple(kind.type for kind in kinds), block)


def batches_of(file: Path, layout: Layout, found: Survey) -> Iterator[pa.RecordBatch]:
    """Give a file's rows. A field without anything in it is None; in quotation marks it is an empty text."""
    types = dict(zip(found.names, found.types, strict=True))
    for batch in _batches(file, layout, types, found.block):
        yield pa.RecordBatch.from_arrays(batch.columns, schema=found.schema)


def read_delimited(file: Path, layout: Layout) -> datasets.Dataset:
    """Read all rows of a file, once to survey it and once for the rows.

    Raises:
        RaggedRowsError: rows have another number of fields than there are columns.
        CorruptDataError: the first line names no columns.
        pa.ArrowInvalid: bytes are no UTF-8.
    """
    found = survey_fields(file, layout)
    return spooled(found.schema, batches_of(file, layout, found))


def tab_separated(file: Path, names: tuple[str, ...] | None) -> Layout:
    """Tell whether a file of tabs has its fields in quotation marks, as Excel writes them, or has them as they are.

    Where each field that begins with a mark ends with one, and those between come in twos, they are no part of it.
    """
    plain, quoted = Layout("\t", quoted=False, names=names), Layout("\t", quoted=True, names=names)
    columns = names or _header(file, plain)
    marked, proper, ragged = False, True, 0
    try:
        for batch in _batches(file, plain, dict.fromkeys(columns, pa.string()), _LARGEST_BLOCK >> 4):
            for column in batch.columns:
                begin = pc.starts_with(column, '"')
                marked = marked or bool(pc.any(begin).as_py())
                proper = proper and _all(pc.match_substring_regex(column.filter(begin), _PROPERLY_QUOTED))
    except RaggedRowsError as error:
        ragged = error.count
    if not ragged:
        return quoted if marked and proper else plain
    return quoted if _ragged(file, quoted) < ragged else plain


def _ragged(file: Path, layout: Layout) -> int:
    try:
        survey_fields(file, layout)
    except RaggedRowsError as error:
        return error.count
    return 0


def _batches(
    file: Path, layout: Layout, types: dict[str, pa.DataType], block: int
) -> Iterator[pa.RecordBatch]:
    ragged = 0

    def count(row: object) -> str:
        nonlocal ragged
        del row
        ragged += 1
        return "skip"

    with open_bytes(file) as stream:
        yield from arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=block, column_names=layout.names
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char='"' if layout.quoted else False,
                newlines_in_values=layout.quoted,
                invalid_row_handler=count,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    if ragged:
        raise RaggedRowsError(ragged)


def _header(file: Path, layout: Layout) -> tuple[str, ...]:
    with open_text(file, newline="") as stream:
        names = next((row for row in fields_of(stream, layout) if row), [])
    hint = "name the columns in the first line, or pass columns=(...) if it is a row already"
    line = ", ".join(names)
    if cause := undecodable(line):
        error = unreadable(file, f"line 1 {cause}", hint="save the file as UTF-8")
        error.line = 1
        raise error
    twice = next((name for name in names if names.count(name) > 1), None)
    if not names:
        raise unreadable(file, "holds blank lines only", hint="write the file again, or name another")
    if twice is not None:
        cause = f"names column {twice!r} twice" if twice else "gives two columns no name"
    elif all(name.strip().lstrip("-").replace(".", "", 1).isdigit() for name in names):
        cause = f"holds numbers only, {line[:60]!r}, must name the columns"
    elif long := next((name for name in names if len(name) > _LONGEST_NAME or "\n" in name), None):
        cause = f"holds a long text, {long[:40]!r}, must name the columns"
    else:
        return tuple(names)
    error = unreadable(file, f"line 1 {cause}", hint=hint)
    error.line = 1
    raise error
