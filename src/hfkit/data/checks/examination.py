"""One split, read from its first row to its last."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from hfkit.data.library import row_at

from .likeness import Likeness
from .readings import Fault, RowReading
from .rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hfkit.data.library import TableRow
    from hfkit.data.table import Table
    from hfkit.values.chat import TokenInput
    from hfkit.values.data_report import FindingKind, LengthUnit

    from .rows import ReadRow
    from .task_rules import TaskRules

__all__ = ["MOST_ROWS", "Counts", "Examination", "Tally"]

MOST_ROWS = 1000
"""Rows that a finding lists; all of them are counted."""

Counts: TypeAlias = "Mapping[LengthUnit, Callable[[Sequence[TokenInput]], Sequence[int]]]"
"""How long inputs are, by unit."""


@dataclass(slots=True)
class Tally:
    """The rows that have one fault: the first of them by number, all of them counted."""

    count: int = 0
    rows: list[int] = field(default_factory=list)
    detail: str = ""

    def add(self, row: int, detail: str) -> None:
        """Count a row; the first detail is kept."""
        self.detail = self.detail or detail
        self.count += 1
        if len(self.rows) < MOST_ROWS:
            self.rows.append(row)


class Examination:
    """What is remembered of a split whose columns are there, and of their types; making one reads it.

    Attributes:
        rows: how many rows it has.
        faults: what is wrong with rows, by what it is and the column.
        labels: how often each label stands there.
        readable: the rows that a model can read.
        lengths: their lengths: for each unit, for each of what is measured.
        likeness: what tells rows from each other.
    """

    def __init__(self, table: Table, rules: TaskRules, counts: Counts) -> None:
        names = [rule.name for rule in rules.columns]
        read = rules.reader(table)
        plain = table.dataset.with_format(None, columns=names)
        self.rows: int = len(table)
        self.faults: dict[tuple[FindingKind, str], Tally] = {}
        self.labels: dict[str, int] = {}
        self.readable: array[int] = array("q")
        self.lengths: dict[LengthUnit, list[array[int]]] = {
            unit: [array("q") for _ in rules.measured] for unit in counts
        }
        self.likeness: Likeness = Likeness(lambda row: read(row_at(plain, row)))
        self._counts = counts
        start = 0
        for batch in read_rows(table.dataset, names):
            self._add(start, [_reading(read, row) for row in batch])
            start += len(batch)

    def _add(self, start: int, readings: Sequence[RowReading]) -> None:
        for row, reading in enumerate(readings, start):
            for fault in reading.faults:
                self.faults.setdefault((fault.kind, fault.column), Tally()).add(row, fault.detail)
            for label in reading.labels:
                self.labels[label] = self.labels.get(label, 0) + 1
            if reading.inputs:
                self.readable.append(row)
        self.likeness.add(readings)
        for unit, columns in self.lengths.items():
            for place, lengths in enumerate(columns):
                inputs = [reading.inputs[place] for reading in readings if reading.inputs]
                lengths.extend(self._counts[unit](inputs))


def _reading(read: Callable[[TableRow], RowReading], row: ReadRow) -> RowReading:
    values, unread = row
    if unread:
        return RowReading(faults=tuple(Fault("invalid_unicode", column) for column in unread))
    return read(values)
