"""The rows of a table, some at a time, those with bytes that are no text too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.data.library import arrow_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import datasets
    import pyarrow as pa

    from hfkit.data.library import TableRow

__all__ = ["ReadRow", "read_rows"]

ReadRow = tuple["TableRow", tuple[str, ...]]
"""A row, and its columns that hold bytes which are no UTF-8; those are left out of it."""


def read_rows(dataset: datasets.Dataset, columns: Sequence[str]) -> Iterator[list[ReadRow]]:
    """Give the rows in order, in lists of a thousand; labels as their numbers, whatever the table's format is."""
    for batch in arrow_batches(dataset, columns):
        try:
            yield [(row, ()) for row in batch.to_pylist()]
        except UnicodeDecodeError:  # Arrow reads files without looking whether their texts are texts
            yield [_read(batch, place) for place in range(len(batch))]


def _read(batch: pa.Table, place: int) -> ReadRow:
    row: TableRow = {}
    unread = []
    for name in batch.column_names:
        try:
            row[name] = batch.column(name)[place].as_py()
        except UnicodeDecodeError:
            unread.append(name)
    return row, tuple(unread)
