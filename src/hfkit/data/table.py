"""A table of examples: a typed face over one ``datasets.Dataset``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from hfkit.errors import DataError, InputTypeError

from .columns import require_columns
from .library import (
    Row,
    column_names,
    column_values,
    dataset_of_arrow,
    is_dataset,
    library,
    row_at,
    rows_of,
    to_frame,
)
from .records import dataset_of_columns, dataset_of_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import datasets
    import pandas as pd

__all__ = ["Table"]


class Table(Sequence[Row]):
    """An immutable table of examples, each row a dict of its columns; underneath lies a real ``datasets.Dataset``.

    Every method gives another table and leaves this one as it is. Two tables are equal if their rows and columns
    are, wherever they came from. A slice is a table too.

    Attributes:
        dataset: the ``datasets.Dataset`` underneath, for all that this face leaves out.
        notes: what a careful reader should know, such as lines that were left out because they could not be read.

    >>> table = Table.from_records([{"text": "a good film", "label": "good"}, {"text": "dull", "label": "bad"}])
    >>> table
    <Table of 2 rows: text, label>
    >>> table[1]
    {'text': 'dull', 'label': 'bad'}
    """

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

    @staticmethod
    def from_dataset(dataset: datasets.Dataset) -> Table:
        """Take a ``datasets.Dataset`` as it is.

        Raises:
            InputTypeError: it is something else.
        """
        return Table(dataset)

    @staticmethod
    def from_records(records: Iterable[Mapping[str, object]]) -> Table:
        """Make a table of rows; what one lacks of the others' keys is None there.

        Raises:
            InputTypeError: a row is no mapping of column names to values.
            ColumnError: the values of a column are of several types.
            MissingDependencyError: datasets is not installed.
        """
        return Table(dataset_of_records(records))

    @staticmethod
    def from_columns(columns: Mapping[str, Sequence[object]]) -> Table:
        """Make a table of columns, each with a value for every row.

        Raises:
            ColumnError: the values of a column are of several types.
            DataError: the columns are not of one length.
            MissingDependencyError: datasets is not installed.
        """
        return Table(dataset_of_columns(columns))

    @staticmethod
    def from_pandas(frame: pd.DataFrame) -> Table:
        """Make a table of a DataFrame's columns; its index is left out.

        Raises:
            ColumnError: the values of a column are of several types, or two columns have one name.
            MissingDependencyError: datasets is not installed.
        """
        import pyarrow as pa

        library()
        try:
            return Table(
                dataset_of_arrow(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata())
            )
        except (pa.ArrowException, ValueError) as error:
            raise DataError(
                f"the DataFrame cannot be kept in a table: {error}",
                hint="give each column values of one type and a name of its own, a text",
            ) from error

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
            from .fingerprints import fingerprint

            self._fingerprint = fingerprint(self._dataset)
        return self._fingerprint

    def column(self, name: str) -> list[object]:
        """Give all values of one column.

        Raises:
            ColumnError: there is no such column.
        """
        require_columns([name], self.columns)
        return column_values(self._dataset, name)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Table: ...
    def __getitem__(self, index: int | slice) -> Row | Table:
        if isinstance(index, slice):
            return Table(self._dataset.select(range(*index.indices(len(self)))), notes=self._notes)
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} of a table of {len(self)} rows")
        return row_at(self._dataset, index)

    def __len__(self) -> int:
        return len(self._dataset)

    def __iter__(self) -> Iterator[Row]:
        return rows_of(self._dataset)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
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
