"""What changes rows: the caller's own functions over a dataset, run each time and never warned about."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from hfkit.errors import ColumnError, InputTypeError

from .quiet import quiet_datasets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import datasets

    from .library import Row

__all__ = ["changed", "in_row", "kept", "shuffled", "taken"]


def kept(dataset: datasets.Dataset, keep: Callable[[Row], bool]) -> datasets.Dataset:
    """Give the rows for which ``keep`` is true, in their order."""

    def judge(row: Mapping[str, object], position: int) -> bool:
        with in_row(position):
            return bool(keep(dict(row)))

    with quiet_datasets():
        return cast(
            "datasets.Dataset", dataset.filter(judge, with_indices=True, new_fingerprint=_fresh_name())
        )


def changed(
    dataset: datasets.Dataset, change: Callable[[Row], Mapping[str, object]], *, remove: Sequence[str]
) -> datasets.Dataset:
    """Give the rows with what ``change`` adds to each or replaces, less the columns to remove.

    Raises:
        InputTypeError: ``change`` gave no mapping.
        ColumnError: it gave values of several types for one column.
    """

    def apply(row: Mapping[str, object], position: int) -> Row:
        with in_row(position):
            return as_record(change(dict(row)), position)

    with quiet_datasets():
        try:
            return cast(
                "datasets.Dataset",
                dataset.map(
                    apply, with_indices=True, remove_columns=list(remove), new_fingerprint=_fresh_name()
                ),
            )
        except pa.ArrowException as error:
            raise ColumnError(
                f"map gave values for one column that are not of one type: {error}",
                hint="give each column values of one type in every row; None where there is none",
            ) from error


def as_record(made: object, position: int) -> Row:
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
