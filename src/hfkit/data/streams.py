"""Tables that do not fit in memory: rows while they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hfkit.errors import InputTypeError, SettingError
from hfkit.values.constraints import require_whole

from .library import TableRow, library
from .quiet import quiet_datasets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import datasets

__all__ = ["TableStream"]


class TableStream:
    """Examples that are read while they are asked for; underneath lies a real ``datasets.IterableDataset``.

    Every method gives another stream and reads nothing; each iteration begins at the first row.

    >>> from hfkit import Table
    >>> stream = Table.from_records([{"number": number} for number in range(1000)]).to_stream()
    >>> list(stream.filter(lambda row: row["number"] % 7 == 0).take(3))
    [{'number': 0}, {'number': 7}, {'number': 14}]
    """

    __slots__ = ("_dataset", "_shuffled")

    def __init__(self, dataset: datasets.IterableDataset) -> None:
        if not isinstance(dataset, library().IterableDataset):
            raise InputTypeError(
                f"a stream is made of a datasets.IterableDataset, not of a {type(dataset).__name__}",
                hint="call Table.stream with a file, or to_stream() on a table",
            )
        self._dataset = dataset
        self._shuffled = False

    @property
    def dataset(self) -> datasets.IterableDataset:
        """The ``datasets.IterableDataset`` underneath, for all that this face leaves out."""
        return self._dataset

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of the columns; None if they are known only once a row is read."""
        names = cast("list[str] | None", self._dataset.column_names)
        return None if names is None else tuple(names)

    def filter(self, keep: Callable[[TableRow], bool]) -> TableStream:
        """Keep the rows for which a function is true."""
        with quiet_datasets():
            return self._with(self._dataset.filter(lambda row: bool(keep(dict(row)))))

    def map(
        self, change: Callable[[TableRow], Mapping[str, object]], *, remove: Sequence[str] = ()
    ) -> TableStream:
        """Add to each row what a function gives, or replace it.

        Args:
            change: takes a row and gives the columns that are new or replaced.
            remove: columns to leave out of the result.
        """
        with quiet_datasets():
            return self._with(
                self._dataset.map(lambda row: dict(change(dict(row))), remove_columns=list(remove) or None)
            )

    def take(self, rows: int) -> TableStream:
        """Give the first so many rows.

        Raises:
            SettingError: the number is below 0.
        """
        require_whole("rows", rows, least=0, required=True)
        return self._with(self._dataset.take(rows))

    def skip(self, rows: int) -> TableStream:
        """Leave out the first so many rows.

        Raises:
            SettingError: the number is below 0.
        """
        require_whole("rows", rows, least=0, required=True)
        return self._with(self._dataset.skip(rows))

    def shuffle(self, *, buffer: int = 1000, seed: int) -> TableStream:
        """Mix rows that are near each other: each is drawn from the next ``buffer`` ones.

        Args:
            buffer: rows that are held in memory to draw from.
            seed: the same seed gives the same order.

        Raises:
            SettingError: the buffer is below 1.
        """
        require_whole("buffer", buffer, least=1, required=True)
        return self._with(self._dataset.shuffle(seed=seed, buffer_size=buffer), shuffled=True)

    def state(self) -> dict[str, object]:
        """Tell how far the last iteration came, as JSON values: to go on there later, see :meth:`resume`."""
        return cast("dict[str, object]", self._dataset.state_dict())

    def resume(self, state: Mapping[str, object]) -> TableStream:
        """Give a stream that goes on where a state was taken, of one that was made in the same way.

        Raises:
            SettingError: the stream is shuffled: what its buffer held would be lost.
        """
        if self._shuffled:
            raise SettingError(
                "a shuffled stream cannot go on where it stopped: the rows in its buffer would be lost",
                hint="resume first and shuffle then, or shuffle a table",
            )
        begun = _twin(self._dataset)
        begun.load_state_dict(dict(state))
        return TableStream(begun)

    def __iter__(self) -> Iterator[TableRow]:
        rows = iter(cast("Iterable[TableRow]", self._dataset))
        with quiet_datasets():  # the first row alone: to change what is logged takes longer than to read one
            first = next(rows, None)
        if first is not None:
            yield first
            yield from rows

    def _with(self, dataset: datasets.IterableDataset, *, shuffled: bool = False) -> TableStream:
        stream = TableStream(dataset)
        stream._shuffled = self._shuffled or shuffled  # one of its own kind
        return stream

    def __repr__(self) -> str:
        columns = self.columns
        return f"<TableStream: {', '.join(columns) if columns else 'columns not known yet'}>"


def _twin(dataset: datasets.IterableDataset) -> datasets.IterableDataset:
    """Make another stream of the same; ``copy`` would give one that shares where it stands."""
    twin = cast("datasets.IterableDataset", object.__new__(type(dataset)))
    vars(twin).update(vars(dataset))
    return twin
