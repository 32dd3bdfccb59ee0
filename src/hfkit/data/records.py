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
        MissingDependencyError: datasets is not installed.
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


def dataset_of_columns(columns: Mapping[str, Sequence[object]], *, first_row: int = 0) -> datasets.Dataset:
    """Make a dataset of columns of one length.

    Mappings inside a column may each have keys of their own, as the arguments of tools have.

    Args:
        columns: the values of each.
        first_row: the row of the first values, for what is said of them.

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
    for name, values in columns.items():
        _require_one_kind(name, values, first_row)
    try:
        return dataset_of_lists({name: list(values) for name, values in columns.items()})
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise ColumnError(
            f"a value cannot be kept in a table: {error}",
            hint="give texts, numbers, lists or mappings of them",
        ) from error


def _require_one_kind(name: str, values: Sequence[object], first_row: int) -> None:
    """Refuse texts among numbers and the like, which datasets would keep as JSON, or turn into each other."""
    first: tuple[int, object] | None = None
    for row, value in enumerate(values, start=first_row):
        if value is None:
            continue
        first = first or (row, value)
        if type(value) is not type(first[1]) and _kind(value) != _kind(first[1]):
            raise column_error(
                name,
                f"column {name!r} holds {first[1]!r:.60} in row {first[0]} and {value!r:.60} in row {row}, "
                "must hold values of one type",
                hint="make them all of one type, such as str(value)",
            )


def _kind(value: object) -> str:
    match value:
        case bool():
            return "truth"
        case int() | float():
            return "number"
        case str():
            return "text"
        case Mapping():
            return "mapping"
        case list() | tuple():
            return "list"
        case _:
            return "other"
