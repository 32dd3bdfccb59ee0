"""What every evaluation does: choose the rows, take them some at a time, and count the seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from hfkit.errors import DataError, SplitError
from hfkit.values.evaluation import EvaluatedData, Speed
from hfkit.values.jsonable import Result
from hfkit.values.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hfkit.data.table import Table
    from hfkit.values.batch import Batch
    from hfkit.values.bootstrap import Bootstrap

__all__ = ["EvaluationRows", "HasSplits", "Split", "Stopwatch", "bad_row", "choose_rows"]

Split: TypeAlias = Literal["test", "validation", "train"]
"""Which rows a model is evaluated on."""

# Rows whose results are held at a time; as many as the facades sort together.
_CHUNK = 8192

Input = TypeVar("Input")
Input_contra = TypeVar("Input_contra", contravariant=True)
ResultT = TypeVar("ResultT", bound=Result)
Result_co = TypeVar("Result_co", bound=Result, covariant=True)


class HasSplits(Protocol):
    """What is asked of the data of any task."""

    @property
    def splits(self) -> Mapping[str, Table]:
        """The tables that are there, by name."""
        ...


class _Batches(Protocol[Input_contra, Result_co]):
    """A facade's way to take many."""

    def __call__(self, items: Iterable[Input_contra], /) -> Batch[Result_co]: ...


@dataclass(frozen=True, slots=True)
class EvaluationRows:
    """The rows that a model is evaluated on.

    Attributes:
        table: the rows.
        task: the type of the data.
        split: which split they are.
        bootstrap: how intervals are drawn.
    """

    table: Table
    task: str
    split: Split
    bootstrap: Bootstrap

    @property
    def described(self) -> EvaluatedData:
        """What the report says of them."""
        return EvaluatedData(self.task, self.split, len(self.table), self.table.fingerprint)

    def portions(self) -> Iterator[tuple[int, Table]]:
        """Give the rows some at a time, each part with the number of its first row."""
        for start in range(0, len(self.table), _CHUNK):
            yield start, self.table[start : start + _CHUNK]


def choose_rows(data: HasSplits, split: Split, bootstrap: Bootstrap) -> EvaluationRows:
    """Choose the rows of one split.

    Raises:
        SplitError: the data have no such split, or it has no rows.
    """
    task, tables = type(data).__name__, data.splits
    if split not in tables:
        others = [name for name in ("validation", "train") if name in tables and name != split]
        raise SplitError(
            f"the {task} data have no split {split!r}; there {'is' if len(tables) == 1 else 'are'} "
            f"{', '.join(map(repr, tables))}",
            hint=f"give {task}(..., {split}=...), or say which is meant: Evaluate(..., split={others[0]!r})",
        )
    if not len(tables[split]):
        raise SplitError(f"split {split!r} has no rows, must have one at least", hint="give it some rows")
    return EvaluationRows(tables[split], task, split, bootstrap)


@dataclass(slots=True)
class Stopwatch:
    """Counts the seconds that a model takes, and what it computes.

    Attributes:
        seconds: so far.
        statistics: so far.
    """

    seconds: float = 0.0
    statistics: Statistics = field(default_factory=Statistics)

    def run(self, batch: _Batches[Input, ResultT], inputs: Sequence[Input]) -> Batch[ResultT]:
        """Give the results of a portion of the rows."""
        started = perf_counter()
        results = batch(inputs)
        self.count(perf_counter() - started, results.statistics)
        return results

    def count(self, seconds: float, statistics: Statistics) -> None:
        """Add what a portion took."""
        self.seconds += seconds
        self.statistics += statistics

    @property
    def speed(self) -> Speed:
        """What the report says of it."""
        return Speed(self.seconds, self.statistics)


def bad_row(rows: EvaluationRows, row: int, reason: str) -> DataError:
    """Make the error of a row that cannot be evaluated."""
    return DataError(
        f"row {row} of {rows.split}: {reason}",
        hint="data.check() lists all rows that cannot be used, with the cause",
    )
