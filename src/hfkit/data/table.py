"""A table of examples: a typed face over one ``datasets.Dataset``."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from hfkit.errors import DataError
from hfkit.values.constraints import require_choice

from .columns import column_error, require_columns
from .contents import Contents
from .library import ArrayFormat, TableRow, dataset_of_arrow, formatted, library
from .records import dataset_of_columns, dataset_of_records

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import datasets
    import pandas as pd

    from .classes import ColumnType
    from .splits import Splits
    from .streams import TableStream

__all__ = ["Table"]


class Table(Contents):
    """An immutable table of examples, each row a dict of its columns; underneath lies a real ``datasets.Dataset``.

    Every method gives another table and leaves this one as it is. Two tables are equal if their rows and columns
    are, wherever they came from. A slice is a table too.

    >>> table = Table.from_records([{"text": "a good film", "label": "good"}, {"text": "dull", "label": "bad"}])
    >>> table
    <Table of 2 rows: text, label>
    >>> table[1]
    {'text': 'dull', 'label': 'bad'}
    """

    __slots__ = ()

    @staticmethod
    def load(
        source: str | os.PathLike[str],
        *,
        split: str | None = None,
        config: str | None = None,
        delimiter: str | None = None,
        columns: Sequence[str] | None = None,
        skip_unreadable: bool = False,
        offline: bool | None = None,
        lock: str | os.PathLike[str] | None = None,
    ) -> Table:
        """Load a table from a file, a folder, or a dataset on the hub.

        A csv or tsv file must have as many fields in each row as it has columns. A column is of numbers if every field
        of it is written as one, else of texts: ``007`` and ``NA`` are texts. A field without anything in it is None.

        Args:
            source: a file (csv, tsv, json, jsonl, parquet, arrow, or text with a row a line; the texts also with .gz,
                .bz2 or .xz), a folder with such files or one that ``save`` wrote, or ``"org/name"`` or
                ``"org/name@revision"`` of a dataset on the hub. A file or folder that exists wins.
            split: which split of a folder or a dataset, if it holds several.
            config: which part of a dataset on the hub, if it has several.
            delimiter: what stands between two fields, where it is not what the file's name says.
            columns: the names of the columns, where a file of fields has no line that gives them.
            skip_unreadable: whether lines that cannot be read are left out; ``notes`` says which.
            offline: never ask the network; None for what the environment says (``HF_HUB_OFFLINE``).
            lock: the file of a lock (:func:`hfkit.lock`) that says which commit and bytes a dataset on the hub is;
                None for the one that the environment names (``HFKIT_LOCK``), if it does.

        Raises:
            DataNotFoundError: there is no such file, folder or dataset.
            CorruptDataError: lines of a file, or all of it, cannot be read. The first is named with its cause, the rest
                counted.
            SplitError: there are several splits, and none or another was named.
            OfflineError: the dataset was not loaded before, and the hub cannot be reached.
            MissingDependencyError: datasets is not installed.
        """
        library()
        from .load_settings import LoadSettings
        from .loading import load_table

        settings = LoadSettings(
            config, delimiter, None if columns is None else tuple(columns), skip_unreadable, offline, lock
        )
        dataset, notes = load_table(source, split, settings)
        return Table(dataset, notes=notes)

    @staticmethod
    def stream(
        source: str | os.PathLike[str],
        *,
        split: str | None = None,
        config: str | None = None,
        delimiter: str | None = None,
        columns: Sequence[str] | None = None,
        offline: bool | None = None,
        lock: str | os.PathLike[str] | None = None,
    ) -> TableStream:
        """Open what does not fit in memory: rows are read while they are asked for.

        A file of fields is read once before, to find the type of each column. The arguments and errors are those of
        :meth:`load`; a line of JSON or text that cannot be read is an error when its turn comes. A lock says which
        commit is read; the bytes on their way are not compared with it, as nothing of them is kept.
        """
        library()
        from .load_settings import LoadSettings
        from .streaming import open_stream
        from .streams import TableStream

        settings = LoadSettings(
            config, delimiter, None if columns is None else tuple(columns), offline=offline, lock=lock
        )
        return TableStream(open_stream(source, split, settings))

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

    def filter(self, keep: Callable[[TableRow], bool]) -> Table:
        """Keep the rows for which a function is true.

        Args:
            keep: takes a row and tells whether it stays. An error in it names the row.
        """
        from .transforms import kept

        return self._with(kept(self._dataset, keep))

    def map(self, change: Callable[[TableRow], Mapping[str, object]], *, remove: Sequence[str] = ()) -> Table:
        """Add to each row what a function gives, or replace it.

        The function is run every time: what datasets keeps of earlier runs is not asked, since it would not see that
        a function has changed which yours calls.

        Args:
            change: takes a row and gives the columns that are new or replaced. An error in it names the row.
            remove: columns to leave out of the result.

        Raises:
            ColumnError: there is no such column to remove, or the values of one are of several types.
            InputTypeError: the function gave no mapping.
        """
        from .transforms import changed

        require_columns(remove, self.columns)
        return self._with(changed(self._dataset, change, remove=remove))

    def select(self, rows: Iterable[int]) -> Table:
        """Take the rows at these positions, in their order; a position may come twice.

        Raises:
            IndexError: there are fewer rows.
        """
        from .transforms import taken

        positions = list(rows)
        for position in positions:
            if not -len(self) <= position < len(self):
                raise IndexError(f"row {position} of a table of {len(self):,} rows")
        return self._with(taken(self._dataset, [position % len(self) for position in positions]))

    def select_columns(self, names: Sequence[str]) -> Table:
        """Keep these columns only, in this order.

        Raises:
            ColumnError: one is not there.
        """
        require_columns(names, self.columns)
        return self._with(self._dataset.select_columns(list(names)))

    def rename(self, names: Mapping[str, str]) -> Table:
        """Give columns other names.

        Args:
            names: the new name of each column that gets one.

        Raises:
            ColumnError: one is not there, or two would have one name.
        """
        require_columns(list(names), self.columns)
        new = [names.get(name, name) for name in self.columns]
        if twice := next((name for name in new if new.count(name) > 1), None):
            raise column_error(twice, f"two columns would be {twice!r}", hint="give each a name of its own")
        return self._with(self._dataset.rename_columns(dict(names)))

    def shuffle(self, *, seed: int) -> Table:
        """Give all rows in an order by chance; the same seed gives the same order."""
        from .transforms import shuffled

        return self._with(shuffled(self._dataset, seed))

    def cast(self, types: Mapping[str, ColumnType]) -> Table:
        """Give columns other types.

        Args:
            types: for a column's name :class:`~hfkit.Classes`, ``"text"``, ``"int"``, ``"float"``, ``"bool"``, or a
                feature of datasets; a whole ``datasets.Features`` will do.

        Raises:
            ColumnError: there is no such column, or a value has no place in the new type.

        >>> from hfkit import Classes
        >>> table = Table.from_records([{"label": "good"}, {"label": "bad"}]).cast({"label": Classes()})
        >>> table.column("label"), table.class_names("label")
        ([1, 0], ('bad', 'good'))
        """
        from .classes import cast_columns

        require_columns(list(types), self.columns)
        return self._with(cast_columns(self._dataset, types))

    def with_format(self, array: ArrayFormat, *, columns: Sequence[str] | None = None) -> Table:
        """Give numbers in rows as Python's own, as numpy's arrays, or as torch's tensors.

        Args:
            array: ``"python"``, ``"numpy"`` or ``"torch"``.
            columns: which columns; None for all that hold numbers, alone or in lists.

        Raises:
            ColumnError: there is no such column.
            SettingError: there is no such form.
        """
        require_choice("format", array, get_args(ArrayFormat))
        require_columns(columns or (), self.columns)
        return self._with(formatted(self._dataset, array, columns))

    def to_stream(self) -> TableStream:
        """Give the rows as a stream, to go on with functions that are run while rows are asked for."""
        from .streams import TableStream

        return TableStream(self._dataset.to_iterable_dataset())

    def split(
        self, *, test: float = 0.1, validation: float = 0.0, stratify: str | None = None, seed: int = 0
    ) -> Splits:
        """Deal the rows out by chance, each into one split: ``train``, and what is held out.

        Args:
            test: a share below 1 such as 0.1, or a number of rows; 0 for none.
            validation: the same.
            stratify: a column of texts, whole numbers or classes, of each of which every split gets its share,
                within one row; None to leave that to chance.
            seed: the same seed gives the same splits.

        Raises:
            ColumnError: there is no such column to stratify by.
            SettingError: a share is out of range, or nothing is left to train on.
            SplitError: a split would be empty, or a class has one row only.
        """
        from .splits import Splits
        from .splitting import split_rows

        dealt = split_rows(
            len(self),
            test=test,
            validation=validation,
            classes=None if stratify is None else self.column(stratify),
            column=stratify,
            names=None if stratify is None else self.class_names(stratify),
            seed=seed,
        )
        return Splits({name: self.select(rows) for name, rows in dealt.items()})

    def save(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the table into a folder, as ``Dataset.save_to_disk`` does.

        Args:
            folder: where; new or empty.
            overwrite: whether a saved table that lies there is replaced.

        Returns:
            The folder.

        Raises:
            SettingError: the folder is not empty.
        """
        from .saving import save_table

        return save_table(self._dataset, self._notes, folder, overwrite=overwrite)

    @staticmethod
    def open(folder: str | os.PathLike[str]) -> Table:
        """Open a table that was saved; its rows stay on the disk until they are read.

        Raises:
            DataNotFoundError: nothing was saved there.
            CorruptDataError: a file is missing or damaged.
            SplitError: several splits lie there.
            MissingDependencyError: datasets is not installed.
        """
        library()
        from .saving import one_table, open_saved

        dataset, notes = one_table(open_saved(folder), folder)
        return Table(dataset, notes=notes)
