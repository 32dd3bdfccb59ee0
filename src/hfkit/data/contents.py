"""What a table is: rows and columns that do not change, and a hash of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self, overload

from hfkit.errors import InputTypeError

from .columns import require_columns
from .library import TableRow, class_names, column_names, column_values, is_dataset, row_at, rows_of, to_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    import datasets
    import pandas as pd

__all__ = ["Contents"]


class Contents(Sequence[TableRow]):
    """The part of a :class:`~hfkit.Table` that only reads."""

    __slots__ = ("_dataset", "_fingerprint", "_notes")

    def __init__(self, dataset: datasets.Dataset, *, notes: tuple[str, ...] = ()) -> None:
        if not is_dataset(dataset):
            raise InputTypeError(
                f"a table is made of a datasets.Dataset, not of a {type(dataset).__name__}",
                hint="call Table.load, Table.from_records or Table.from_pandas; several splits are Splits, "
                "a stream is a TableStream",
            )
        self._dataset = dataset
        self._notes = notes
        self._fingerprint: str | None = None

    @property
    def dataset(self) -> datasets.Dataset:
        """The ``datasets.Dataset`` underneath, for all that this face leaves out."""
        return self._dataset

    @property
    def notes(self) -> tuple[str, ...]:
        """What a careful reader should know, such as lines that were left out."""
        return self._notes

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return column_names(self._dataset)

    @property
    def fingerprint(self) -> str:
        """``sha256:`` and a hash of all rows: the same wherever the table lies and however it was read.

        It is worked out when it is first asked for, and remembered.
        """
        if self._fingerprint is None:
            from .fingerprints import hash_rows

            self._fingerprint = hash_rows(self._dataset)
        return self._fingerprint

    def class_names(self, column: str) -> tuple[str, ...] | None:
        """Give the names of a column's classes in the order of their numbers; None if it is no column of classes.

        Raises:
            ColumnError: there is no such column.
        """
        require_columns([column], self.columns)
        return class_names(self._dataset, column)

    def column(self, name: str) -> list[object]:
        """Give all values of one column.

        Raises:
            ColumnError: there is no such column.
        """
        require_columns([name], self.columns)
        return column_values(self._dataset, name)

    def _with(self, dataset: datasets.Dataset) -> Self:
        return type(self)(dataset, notes=self._notes)

    @overload
    def __getitem__(self, index: int) -> TableRow: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> TableRow | Self:
        if isinstance(index, slice):
            from .transforms import taken

            return self._with(taken(self._dataset, range(len(self))[index]))
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} of a table of {len(self)} rows")
        return row_at(self._dataset, index)

    def __len__(self) -> int:
        return len(self._dataset)

    def __iter__(self) -> Iterator[TableRow]:
        return rows_of(self._dataset)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Contents):
            return NotImplemented
        return self is other or (len(self) == len(other) and self.fingerprint == other.fingerprint)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        rows = "1 row" if len(self) == 1 else f"{len(self):,} rows"
        return f"<Table of {rows}: {', '.join(self.columns) or 'no columns'}>"

    def to_pandas(self) -> pd.DataFrame:
        """Give all rows as a DataFrame; classes as their numbers."""
        return to_frame(self._dataset)
