"""What changes rows: the caller's own functions over a dataset, run each time and never warned about."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from hfkit.errors import InputTypeError

from .library import ROWS_AT_A_TIME, beside, column_names, column_values, dataset_of_arrow, rows_of
from .quiet import quiet_datasets
from .records import dataset_of_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import datasets

    from .library import TableRow

__all__ = ["changed", "in_row", "kept", "shuffled", "taken"]


def kept(dataset: datasets.Dataset, keep: Callable[[TableRow], bool]) -> datasets.Dataset:
    """Give the rows for which ``keep`` is true, in their order."""

    def judge(row: Mapping[str, object], position: int) -> bool:
        with in_row(position):
            return bool(keep(dict(row)))

    with quiet_datasets():
        return cast(
            "datasets.Dataset", dataset.filter(judge, with_indices=True, new_fingerprint=_fresh_name())
        )


def changed(
    dataset: datasets.Dataset, change: Callable[[TableRow], Mapping[str, object]], *, remove: Sequence[str]
) -> datasets.Dataset:
    """Give the rows with what ``change`` adds to each or replaces, less the columns to remove.

    Not by datasets' own ``map``: it turns texts into numbers where the column held numbers before, loses all rows if
    the first ones change nothing, and settles on types after a thousand rows.

    Raises:
        InputTypeError: ``change`` gave no mapping.
        ColumnError: it gave values of several types for one column.
    """
    parts: list[datasets.Dataset] = []
    made: list[TableRow] = []
    for position, row in enumerate(rows_of(dataset)):
        with in_row(position):
            made.append(as_record(change(dict(row)), position))
        if len(made) == ROWS_AT_A_TIME:
            parts.append(_part(made, position + 1 - len(made)))
            made = []
    if made:
        parts.append(_part(made, len(dataset) - len(made)))
    order = column_names(dataset)
    new = _together(parts)
    kept_names = [name for name in order if name not in remove and name not in column_names(new)]
    names = [name for name in dict.fromkeys((*order, *column_names(new))) if name not in remove]
    if not column_names(new):
        return cast("datasets.Dataset", dataset.select_columns(kept_names))
    joined = beside(cast("datasets.Dataset", dataset.select_columns(kept_names)), new) if kept_names else new
    return cast("datasets.Dataset", joined.select_columns(names))


def _part(rows: Sequence[TableRow], first_row: int) -> datasets.Dataset:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in names}
    if not columns:
        return dataset_of_arrow(pa.table({"": pa.nulls(len(rows))}).select([]))
    return dataset_of_columns(columns, first_row=first_row)


def _together(parts: Sequence[datasets.Dataset]) -> datasets.Dataset:
    """Put parts one after another; their types may differ where one of them has nothing, or whole numbers only."""
    tables = [cast("pa.Table", part.data.table) for part in parts]
    try:
        return dataset_of_arrow(
            pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})
        )
    except pa.ArrowException:  # mappings whose keys differ, or a mistake, which is then named
        names = dict.fromkeys(name for part in parts for name in column_names(part))
        return dataset_of_columns(
            {
                name: [
                    value
                    for part in parts
                    for value in (
                        column_values(part, name) if name in column_names(part) else [None] * len(part)
                    )
                ]
                for name in names
            }
        )


def as_record(made: object, position: int) -> TableRow:
    """Refuse what a function of the caller gave for a row if it is no mapping.

    Raises:
        InputTypeError: it is not.
    """
    if not isinstance(made, Mapping):
        raise InputTypeError(
            f"map's function gave {made!r:.80} for row {position}, must give a mapping of columns to values",
            hint="return what is new in the row, such as {'length': 12}; {} for nothing",
        )
    return dict(made)


def taken(dataset: datasets.Dataset, rows: Sequence[int]) -> datasets.Dataset:
    """Give the rows at these positions, in their order; nothing is copied."""
    with quiet_datasets():
        return cast("datasets.Dataset", dataset.select(rows))


def shuffled(dataset: datasets.Dataset, seed: int) -> datasets.Dataset:
    """Give all rows in an order that depends on the seed alone."""
    with quiet_datasets():
        return cast("datasets.Dataset", dataset.shuffle(seed=seed))


@contextmanager
def in_row(position: int) -> Iterator[None]:
    """Tell of an error in the caller's function which row it was in."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in row {position} of the table")
        raise


def _fresh_name() -> str:
    """Name a result, so that datasets need not hash the function: what cannot be pickled cannot be hashed either."""
    return secrets.token_hex(8)
