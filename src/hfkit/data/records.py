"""From rows and columns that a program holds to a dataset in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hfkit.errors import ColumnError, DataError, InputTypeError

from .columns import column_error
from .library import dataset_of_arrow, dataset_of_lists, library

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import datasets

__all__ = ["dataset_of_columns", "dataset_of_records"]


def dataset_of_records(records: Iterable[Mapping[str, object]]) -> datasets.Dataset:
    """Make a dataset of rows; what one lacks of the others' keys is None there.

    Raises:
        InputTypeError: a row is no mapping of texts to values.
        ColumnError: the values of a column are of several types.
    """
    if isinstance(records, Mapping | str | bytes):
        raise InputTypeError(
            f"the records are a {type(records).__name__}, must be a list of mappings, one a row",
            hint="one row alone is a list too; for a mapping of columns call Table.from_columns",
        )
    rows = list(records)
    for position, row in enumerate(rows):
        if not _is_record(row):
            raise InputTypeError(
                f"record {position} is {row!r:.80}, must be a mapping of column names to values",
                hint="for example {'text': 'a film', 'label': 'good'}",
            )
    names = dict.fromkeys(name for row in rows for name in row)
    return dataset_of_columns({name: [row.get(name) for row in rows] for name in names})


def _is_record(row: object) -> bool:
    return isinstance(row, Mapping) and all(isinstance(key, str) for key in row)


def dataset_of_columns(columns: Mapping[str, Sequence[object]]) -> datasets.Dataset:
    """Make a dataset of columns of one length.

    Raises:
        ColumnError: the values of a column are of several types.
        DataError: the columns are not of one length.
    """
    import pyarrow as pa

    library()
    if not columns:
        return dataset_of_arrow(pa.table({}))
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(
            f"the columns are of different lengths: {', '.join(f'{n!r} of {k}' for n, k in lengths.items())}",
            hint="give a value for each row; None where there is none",
        )
    try:
        return dataset_of_lists({name: list(values) for name, values in columns.items()})
    except (pa.ArrowException, TypeError, OverflowError, UnicodeError) as error:
        raise _mixed(columns, error) from error


def _mixed(columns: Mapping[str, Sequence[object]], error: Exception) -> ColumnError:
    """Find the column that cannot be one, and the first value that is unlike those before it."""
    for name, values in columns.items():
        first: tuple[int, object] | None = None
        for position, value in enumerate(values):
            if value is None:
                continue
            if first is not None and not _alike(first[1], value):
                return column_error(
                    name,
                    f"column {name!r} holds {first[1]!r:.60} in row {first[0]} and {value!r:.60} in row {position}, "
                    "must hold values of one type",
                    hint="make them all of one type, such as str(value)",
                )
            first = first or (position, value)
    return ColumnError(
        f"a value cannot be kept in a table: {error}", hint="give texts, numbers, lists or mappings of them"
    )


def _alike(one: object, other: object) -> bool:
    numbers = (int, float)
    both_numbers = isinstance(one, numbers) and isinstance(other, numbers)
    return type(one) is type(other) or (both_numbers and isinstance(one, bool) == isinstance(other, bool))
