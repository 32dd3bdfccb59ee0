"""Several tables of one data set, by the names of their splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hfkit.errors import InputTypeError, UnknownSplitError
from hfkit.values.suggestion import did_you_mean

from .library import TableRow, library
from .table import Table

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import datasets

    from .classes import ColumnType

__all__ = ["Splits"]


class Splits(Mapping[str, Table]):
    """Tables by the names of their splits, in the order they were given; immutable.

    >>> rows = Table.from_records([{"text": str(number)} for number in range(10)])
    >>> splits = rows.split(test=0.2, seed=1)
    >>> splits
    <Splits train: 8 rows, test: 2 rows>
    >>> splits.validation
    Traceback (most recent call last):
    hfkit.errors.UnknownSplitError: there is no split 'validation'; there are 'train', 'test'
    Hint: name one of them, or make it: table.split(test=0.1, validation=0.1)

    Raises:
        InputTypeError: a value is no table.
    """

    __slots__ = ("_tables",)

    def __init__(self, tables: Mapping[str, Table]) -> None:
        for name, table in tables.items():
            if not isinstance(table, Table):
                raise InputTypeError(
                    f"split {name!r} is a {type(table).__name__}, must be a Table",
                    hint="for a datasets.DatasetDict call Splits.from_datasets",
                )
        self._tables = dict(tables)

    @staticmethod
    def from_datasets(datasets: datasets.DatasetDict) -> Splits:
        """Take a ``datasets.DatasetDict`` as it is.

        Raises:
            InputTypeError: it is something else.
        """
        if not isinstance(datasets, library().DatasetDict):
            raise InputTypeError(
                f"splits are made of a datasets.DatasetDict, not of a {type(datasets).__name__}",
                hint="for tables call Splits({'train': table, ...})",
            )
        return Splits({str(name): Table(dataset) for name, dataset in datasets.items()})

    @staticmethod
    def load(
        source: str | os.PathLike[str] | Mapping[str, str | os.PathLike[str]],
        *,
        config: str | None = None,
        delimiter: str | None = None,
        columns: Sequence[str] | None = None,
        skip_unreadable: bool = False,
        offline: bool | None = None,
        lock: str | os.PathLike[str] | None = None,
    ) -> Splits:
        """Load all splits of a folder or of a dataset on the hub, or a file for each.

        Args:
            source: a folder whose files are named after their splits (``train.csv``, ``test.csv``), one that ``save``
                wrote, ``"org/name"`` or ``"org/name@revision"`` of a dataset on the hub; or a mapping of the splits'
                names to files.
            config: see :meth:`Table.load`; so for the others, and for the errors.
            delimiter: what stands between two fields.
            columns: the names of the columns.
            skip_unreadable: whether lines that cannot be read are left out.
            offline: never ask the network.
            lock: the file of a lock (:func:`hfkit.lock`) that says which commit and bytes a dataset on the hub is;
                None for the one that the environment names (``HFKIT_LOCK``), if it does.
        """
        library()
        from .load_settings import LoadSettings
        from .loading import load_splits, load_table

        settings = LoadSettings(
            config, delimiter, None if columns is None else tuple(columns), skip_unreadable, offline, lock
        )
        if isinstance(source, Mapping):
            loaded = {name: load_table(part, None, settings) for name, part in source.items()}
        else:
            loaded = load_splits(source, settings)
        return Splits({name: Table(dataset, notes=notes) for name, (dataset, notes) in loaded.items()})

    @property
    def train(self) -> Table:
        """The rows to train on.

        Raises:
            UnknownSplitError: there is no such split; the message names those that there are.
        """
        return self["train"]

    @property
    def validation(self) -> Table:
        """The rows to choose settings by.

        Raises:
            UnknownSplitError: there is no such split; the message names those that there are.
        """
        return self["validation"]

    @property
    def test(self) -> Table:
        """The rows to judge the result by, once.

        Raises:
            UnknownSplitError: there is no such split; the message names those that there are.
        """
        return self["test"]

    def filter(self, keep: Callable[[TableRow], bool]) -> Splits:
        """Keep the rows for which a function is true, in each split; see :meth:`Table.filter`."""
        return Splits({name: table.filter(keep) for name, table in self.items()})

    def map(
        self, change: Callable[[TableRow], Mapping[str, object]], *, remove: Sequence[str] = ()
    ) -> Splits:
        """Add to each row what a function gives, or replace it, in each split; see :meth:`Table.map`."""
        return Splits({name: table.map(change, remove=remove) for name, table in self.items()})

    def cast(self, types: Mapping[str, ColumnType]) -> Splits:
        """Give columns other types, the same in each split; see :meth:`Table.cast`.

        The names of classes that are found in the data are found in all splits together, so that a number means the
        same class in each.
        """
        from .classes import shared_types

        shared = shared_types([table.dataset for table in self.values()], types)
        return Splits({name: table.cast(shared) for name, table in self.items()})

    def rename(self, names: Mapping[str, str]) -> Splits:
        """Give columns other names, in each split; see :meth:`Table.rename`."""
        return Splits({name: table.rename(names) for name, table in self.items()})

    def save(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write all splits into one folder, as ``DatasetDict.save_to_disk`` does.

        Args:
            folder: where; new or empty.
            overwrite: whether a saved table that lies there is replaced.

        Returns:
            The folder.

        Raises:
            SettingError: the folder is not empty.
        """
        from .saving import save_splits

        tables = {name: (table.dataset, table.notes) for name, table in self.items()}
        return save_splits(tables, folder, overwrite=overwrite)

    @staticmethod
    def open(folder: str | os.PathLike[str]) -> Splits:
        """Open the splits that were saved; their rows stay on the disk until they are read.

        One table that was saved alone is the split ``train``.

        Raises:
            DataNotFoundError: nothing was saved there.
            CorruptDataError: a file is missing or damaged.
            MissingDependencyError: datasets is not installed.
        """
        library()
        from .saving import open_saved

        opened = open_saved(folder)
        tables = opened if isinstance(opened, dict) else {"train": opened}
        return Splits({name: Table(dataset, notes=notes) for name, (dataset, notes) in tables.items()})

    def __getitem__(self, name: str) -> Table:
        if name not in self._tables:
            names = ", ".join(map(repr, self._tables))
            raise UnknownSplitError(
                f"there is no split {name!r}; there {'is' if len(self._tables) == 1 else 'are'} {names or 'none'}",
                hint=did_you_mean(name, self._tables)
                or "name one of them, or make it: table.split(test=0.1, validation=0.1)",
            )
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __hash__(self) -> int:
        return hash(tuple(self._tables.items()))

    def __repr__(self) -> str:
        sizes = ", ".join(
            f"{name}: {len(table):,} row{'s'[: len(table) != 1]}" for name, table in self.items()
        )
        return f"<Splits {sizes or 'of nothing'}>"
