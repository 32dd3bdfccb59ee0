"""Words with tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hfkit.text.entity_tags import first_break
from hfkit.text.label_names import LabelValue, label_name, label_names
from hfkit.values.constraints import require_texts

from .checks.column_rules import ColumnRule
from .checks.label_classes import classes_of
from .checks.readings import Fault, RowReading, joined_faults
from .checks.task_rules import TaskRules
from .task import TaskData

if TYPE_CHECKING:
    from collections.abc import Callable

    from .given import Rows
    from .library import TableRow
    from .table import Table

__all__ = ["Tagged"]


@dataclass(frozen=True, slots=True, init=False)
class Tagged(TaskData):
    """Texts as lists of words, each word with a tag: names of people and places, or parts of speech.

    Tags that mark entities are those of IOB2: ``B-person`` begins one, ``I-person`` goes on, ``O`` is outside of any.

    Attributes:
        train: what a model learns from.
        validation: what is looked at while it learns; None if there is none.
        test: what tells how good it has become; None if there is none.
        words: the column of lists of words.
        tags: the column of lists of tags, one for each word.
        names: the tags, in the order of the model's outputs; None for those that training has.

    Raises:
        InputTypeError: a split is no table, and nothing that can be made one.
        SettingError: the name of a column is no text, or the names are no tuple of texts.

    >>> data = Tagged(train=[{"tokens": ["Ada", "wrote", "it"], "ner_tags": ["B-person", "O", "O"]}])
    >>> data.tag_names()
    ('B-person', 'O')
    """

    words: str
    tags: str
    names: tuple[str, ...] | None

    def __init__(
        self,
        *,
        train: Rows,
        validation: Rows | None = None,
        test: Rows | None = None,
        words: str = "tokens",
        tags: str = "ner_tags",
        names: tuple[str, ...] | None = None,
    ) -> None:
        if names is not None:
            require_texts("names", names)
        self._take(train, validation, test, {"words": words, "tags": tags, "names": names})

    def tag_names(self) -> tuple[str, ...]:
        """Give the tags in the order of the model's outputs.

        They are ``names`` if given, else those of the column's classes, else what training holds: texts in their
        order, numbers in theirs.
        """
        named = self.names or classes_of(self.train.dataset, self.tags)
        if named is not None:
            return named
        lists = cast("list[list[LabelValue | None] | None]", self.train.column(self.tags))
        return label_names(tag for tags in lists if tags is not None for tag in tags if tag is not None)

    def _rules(self) -> TaskRules:
        return TaskRules(
            task="Tagged",
            columns=(ColumnRule("words", self.words, "words"), ColumnRule("tags", self.tags, "tags")),
            measured=(self.words,),
            compared="words",
            reader=self._reader,
            names=self.names,
            classified=True,
            tags=True,
        )

    def _reader(self, table: Table) -> Callable[[TableRow], RowReading]:
        classes = classes_of(table.dataset, self.tags)
        own = self.names if classes is None else classes

        def read(row: TableRow) -> RowReading:
            words = cast("list[str | None] | None", row[self.words])
            tags = cast("list[LabelValue | None] | None", row[self.tags])
            if words is None or tags is None:
                missing = [name for name in (self.words, self.tags) if row[name] is None]
                return RowReading(faults=tuple(Fault("missing_value", name) for name in missing))
            names = [None if tag is None else label_name(tag, own) for tag in tags]
            known = tuple(name for name in names if name is not None)
            faults = joined_faults(
                self._word_faults(words),
                self._tag_faults(tags, names),
                self._shape_faults(words, tags, known),
            )
            text = " ".join(word for word in words if word is not None)
            read = bool(text) and not text.isspace()
            return RowReading(
                faults=faults,
                inputs=(text,) if read else (),
                key=(text,) if read else (),
                answer=None if faults else known,
                labels=known,
            )

        return read

    def _word_faults(self, words: list[str | None]) -> tuple[Fault, ...]:
        if not words:
            return (Fault("blank_text", self.words),)
        place = next((place for place, word in enumerate(words) if not word or word.isspace()), None)
        return (
            () if place is None else (Fault("empty_word", self.words, f"word {place} is {words[place]!r}"),)
        )

    def _tag_faults(self, tags: list[LabelValue | None], names: list[str | None]) -> tuple[Fault, ...]:
        faults = []
        for tag, name in zip(tags, names, strict=True):
            if tag is None:
                faults.append(Fault("unlabelled", self.tags))
            elif name is None or (self.names is not None and name not in self.names):
                faults.append(Fault("unknown_label", self.tags, repr(name or tag)))
        return tuple(faults)

    def _shape_faults(
        self, words: list[str | None], tags: list[LabelValue | None], names: tuple[str, ...]
    ) -> tuple[Fault, ...]:
        faults = []
        if len(words) != len(tags):
            faults.append(Fault("uneven_tags", self.tags, f"{len(words)} words and {len(tags)} tags"))
        broken = first_break(names)
        if broken is not None:
            faults.append(Fault("broken_tags", self.tags, broken))
        return tuple(faults)
