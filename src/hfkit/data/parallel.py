"""Texts with what a model is to make of them: translations, summaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hfkit.errors import SettingError
from hfkit.values.constraints import require_kind, require_texts

from .checks.column_rules import ColumnRule
from .checks.readings import Fault, RowReading, text_faults
from .checks.task_rules import TaskRules
from .task import TaskData

if TYPE_CHECKING:
    from collections.abc import Callable

    from .given import Rows
    from .library import TableRow
    from .table import Table

__all__ = ["Parallel"]

_BOTH = 2  # languages of a pair


@dataclass(frozen=True, slots=True, init=False)
class Parallel(TaskData):
    """Texts, each with the one that a model is to make of it: its translation, its summary.

    Attributes:
        train: what a model learns from.
        validation: what is looked at while it learns; None if there is none.
        test: what tells how good it has become; None if there is none.
        source: the column of texts to read.
        target: the column of texts to write.
        languages: the language of the sources and that of the targets, as codes; None if nothing is translated, or by
            a model that knows these two alone. A model that learns from the texts reads around a source what Translate,
            told of the same languages, puts there; without languages, what Summarize does.
        instruction: what stands before each source instead of the words that a model was taught before; None for
            these, an empty text for none.

    Raises:
        InputTypeError: a split is no table, and nothing that can be made one.
        SettingError: the name of a column is no text, or the languages are no two texts.

    >>> Parallel(train=[{"source": "Good day.", "target": "Guten Tag."}]).check().findings
    ()
    """

    source: str
    target: str
    languages: tuple[str, str] | None
    instruction: str | None

    def __init__(
        self,
        *,
        train: Rows,
        validation: Rows | None = None,
        test: Rows | None = None,
        source: str = "source",
        target: str = "target",
        languages: tuple[str, str] | None = None,
        instruction: str | None = None,
    ) -> None:
        if languages is not None:
            require_texts("languages", languages)
            if len(languages) != _BOTH:
                raise SettingError(
                    f"languages are {languages!r}, must be that of the sources and that of the targets",
                    hint="for example languages=('en', 'de')",
                )
        if instruction is not None:
            require_kind("instruction", instruction, (str,))
        settings = {"source": source, "target": target, "languages": languages, "instruction": instruction}
        self._take(train, validation, test, settings)

    def _column_settings(self) -> tuple[str, ...]:
        return ("source", "target")

    def _rules(self) -> TaskRules:
        return TaskRules(
            task="Parallel",
            columns=(ColumnRule("source", self.source, "text"), ColumnRule("target", self.target, "text")),
            measured=(self.source, self.target),
            compared="source",
            reader=self._reader,
            ratios=True,
        )

    def _reader(self, table: Table) -> Callable[[TableRow], RowReading]:  # noqa: ARG002 - as for the other tasks
        return self._read

    def _read(self, row: TableRow) -> RowReading:
        source, target = (cast("str | None", row[name]) for name in (self.source, self.target))
        wrong = text_faults(self.source, source) + text_faults(self.target, target)
        if source is None or target is None or wrong:
            return RowReading(faults=wrong)
        equal = (Fault("equal_sides", self.target),) if source.strip() == target.strip() else ()
        return RowReading(faults=equal, inputs=(source, target), key=(source,))
