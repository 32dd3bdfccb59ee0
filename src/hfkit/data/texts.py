"""Texts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from .checks.column_rules import ColumnRule
from .checks.readings import RowReading, text_faults
from .checks.task_rules import TaskRules
from .task import TaskData

if TYPE_CHECKING:
    from collections.abc import Callable

    from .given import Rows
    from .library import TableRow
    from .table import Table

__all__ = ["Texts"]


@dataclass(frozen=True, slots=True, init=False)
class Texts(TaskData):
    """Texts alone, for a model that is to go on from texts or to fill gaps in them.

    Attributes:
        train: what a model learns from.
        validation: what is looked at while it learns; None if there is none.
        test: what tells how good it has become; None if there is none.
        text: the column of texts.

    Raises:
        InputTypeError: a split is no table, and nothing that can be made one.
        SettingError: the name of the column is no text.

    >>> Texts(train=[{"text": "a story"}]).check().findings
    ()
    """

    text: str

    def __init__(
        self, *, train: Rows, validation: Rows | None = None, test: Rows | None = None, text: str = "text"
    ) -> None:
        self._take(train, validation, test, {"text": text})

    def _rules(self) -> TaskRules:
        return TaskRules(
            task="Texts",
            columns=(ColumnRule("text", self.text, "text"),),
            measured=(self.text,),
            compared="text",
            reader=self._reader,
            cuts=False,
        )

    def _reader(self, table: Table) -> Callable[[TableRow], RowReading]:  # noqa: ARG002 - as for the other tasks
        return self._read

    def _read(self, row: TableRow) -> RowReading:
        text = cast("str | None", row[self.text])
        wrong = text_faults(self.text, text)
        whole = () if wrong or text is None else (text,)
        return RowReading(faults=wrong, inputs=whole, key=whole)
