"""Texts, or pairs of texts, with labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hfkit.text.label_names import LabelValue, label_name, label_names
from hfkit.text.labels import LabelScheme
from hfkit.values.constraints import require_texts
from hfkit.values.inputs import Pair

from .checks.column_rules import ColumnRule, holds_lists
from .checks.label_classes import classes_of
from .checks.readings import Fault, RowReading, joined_faults, text_faults
from .checks.task_rules import TaskRules
from .task import TaskData

if TYPE_CHECKING:
    from collections.abc import Callable

    from .given import Rows
    from .library import TableRow
    from .table import Table

__all__ = ["Labelled"]

_NO_CLASS = -1  # how datasets writes that nobody has labelled a row


@dataclass(frozen=True, slots=True, init=False)
class Labelled(TaskData):
    """Texts, or pairs of texts, each with a label or with any number of them.

    Labels are known by name: that of their class (``ClassLabel``), the text that the column holds, or the entry of
    ``names`` that it numbers. Numbers that nobody names are their own digits. A column that holds lists is
    one of any number of labels for each row.

    Attributes:
        train: what a model learns from.
        validation: what is looked at while it learns; None if there is none.
        test: what tells how good it has become; None if there is none.
        text: the column of texts.
        second: the column of second texts, for pairs; None for single texts.
        label: the column of labels, or of lists of labels.
        names: the labels, in the order of the model's outputs; None for those that training has.

    Raises:
        InputTypeError: a split is no table, and nothing that can be made one.
        SettingError: the name of a column is no text, or the names are no tuple of texts.

    >>> data = Labelled(train=[{"text": "a good film", "label": "good"}, {"text": "dull", "label": "bad"}])
    >>> data.label_names(), data.multi_label
    (('bad', 'good'), False)
    """

    text: str
    second: str | None
    label: str
    names: tuple[str, ...] | None

    def __init__(
        self,
        *,
        train: Rows,
        validation: Rows | None = None,
        test: Rows | None = None,
        text: str = "text",
        second: str | None = None,
        label: str = "label",
        names: tuple[str, ...] | None = None,
    ) -> None:
        if names is not None:
            require_texts("names", names)
        settings = {"text": text, "second": second, "label": label, "names": names}
        self._take(train, validation, test, settings)

    @property
    def multi_label(self) -> bool:
        """Whether each row has any number of labels."""
        return holds_lists(self.train.dataset, self.label)

    def label_names(self) -> tuple[str, ...]:
        """Give the labels in the order of the model's outputs.

        They are ``names`` if given, else those of the column's classes, else what training holds: texts in their
        order, numbers in theirs.
        """
        named = self.names or classes_of(self.train.dataset, self.label)
        if named is not None:
            return named
        values: list[object] = self.train.column(self.label)
        if self.multi_label:
            values = [
                label for labels in values if labels is not None for label in cast("list[object]", labels)
            ]
        return label_names(cast("LabelValue", value) for value in values if value is not None)

    def scheme(self) -> LabelScheme:
        """Give the labels and how they relate: one for each row, or any number."""
        return LabelScheme(
            self.label_names(),
            "multi_label_classification" if self.multi_label else "single_label_classification",
        )

    def _rules(self) -> TaskRules:
        columns = [ColumnRule("text", self.text, "text"), ColumnRule("label", self.label, "label")]
        texts = [self.text]
        if self.second is not None:
            columns.insert(1, ColumnRule("second", self.second, "text"))
            texts.append(self.second)
        return TaskRules(
            task="Labelled",
            columns=tuple(columns),
            measured=(" + ".join(texts),),
            compared="text" if self.second is None else "pair of texts",
            reader=self._reader,
            names=self.names,
            classified=True,
        )

    def _reader(self, table: Table) -> Callable[[TableRow], RowReading]:
        classes = classes_of(table.dataset, self.label)
        many = holds_lists(table.dataset, self.label)

        def read(row: TableRow) -> RowReading:
            first = cast("str | None", row[self.text])
            wrong = text_faults(self.text, first)
            key: tuple[str, ...] = () if first is None else (first,)
            inputs: tuple[str | Pair, ...] = key
            if self.second is not None:
                second = cast("str | None", row[self.second])
                wrong = joined_faults(wrong, text_faults(self.second, second))
                if first is not None and second is not None:
                    key, inputs = (first, second), (Pair(first, second),)
            value = row[self.label]
            labels, label_faults = self._labels(
                cast("list[LabelValue | None]", value if many else [value]), classes
            )
            return RowReading(
                faults=wrong + label_faults,
                inputs=() if wrong else inputs,
                key=() if wrong else key,
                answer=None if label_faults else frozenset(labels),
                labels=labels,
            )

        return read

    def _labels(
        self, values: list[LabelValue | None] | None, classes: tuple[str, ...] | None
    ) -> tuple[tuple[str, ...], tuple[Fault, ...]]:
        if values is None:
            return (), (Fault("unlabelled", self.label),)
        names, faults = [], []
        for value in values:
            name = None if value is None else label_name(value, self.names if classes is None else classes)
            if value is None or (classes is not None and value == _NO_CLASS):
                faults.append(Fault("unlabelled", self.label))
            elif name is None or (self.names is not None and name not in self.names):
                faults.append(Fault("unknown_label", self.label, repr(name or value)))
            else:
                names.append(name)
        return tuple(dict.fromkeys(names)), joined_faults(tuple(faults))
