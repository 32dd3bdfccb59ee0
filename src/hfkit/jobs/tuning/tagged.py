"""Train a model to tag words."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.torch.tasks import TOKEN_CLASSIFICATION
from hfkit.engines.tagged_words import WordReader
from hfkit.errors import InputError
from hfkit.metrics.entities import find_entities, score_entities, tag_scheme

from .batches import IGNORED
from .class_weights import weigh_classes
from .examples import Example, Examples
from .faulty_rows import faulty_row, unreadable_row
from .losses import TokenLoss
from .tasks import Goal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.backends.torch.tasks import Task
    from hfkit.data.table import Table
    from hfkit.data.tagged import Tagged
    from hfkit.engines.tagged_words import ReadWords
    from hfkit.engines.tokens import TextTokenizer
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.tuning import TuneSettings

    from .batches import LabelShape
    from .losses import Loss
    from .tasks import Forward

__all__ = ["TaggedTask"]

# The tag of what is outside of all entities, and so of a word that no token tells of.
_OUTSIDE = "O"


class TaggedTask:
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`.

    Words are read as they are when the model tags: joined by blanks, long texts in windows that overlap by half. The
    first token of a word carries its tag, in the one window where its tag will be read: that which shows most around
    it. All other tokens count nothing.

    Args:
        data: the words and their tags.
        tokenizer: of the model.
        window: the most tokens that it is to read at a time.
        reads_types: whether the model tells two texts apart by types.

    Raises:
        InputError: some tags mark entities, and one is of no such form.
    """

    def __init__(self, data: Tagged, tokenizer: TextTokenizer, *, window: int, reads_types: bool) -> None:
        self._data = data
        self._reader = WordReader(tokenizer, window=window)
        self._reads_types = reads_types
        self._names = data.tag_names()
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._scheme = tag_scheme(self._names)
        find_entities(
            self._names, scheme=self._scheme
        )  # what cannot be scored is refused before anything is spent

    @property
    def head(self) -> Task:
        """Token classification."""
        return TOKEN_CLASSIFICATION

    @property
    def goal(self) -> Goal:
        """The F1 of entities; where tags mark none, the share of words that are tagged right."""
        return Goal("f1" if self._scheme == "conll" else "accuracy")

    @property
    def labels(self) -> LabelShape:
        """A tag for the first token of each word."""
        return "tokens"

    @property
    def config(self) -> Mapping[str, object]:
        """The names of the tags."""
        return {"id2label": dict(enumerate(self._names)), "label2id": dict(self._numbers)}

    def examples(self, table: Table, /) -> Examples:
        """Read the words of a split; a window in which no tag is read is left out.

        Raises:
            DataError: a row has not as many tags as words, or cannot be read.
        """
        rows, read = self._read(table)
        return Examples(
            [
                Example(row.ids, row.types if self._reads_types else None, {"labels": labels})
                for tags, words in zip(rows, read, strict=True)
                for row, labels in zip(words.rows, self._labels(tags, words), strict=True)
                if _counts(labels)
            ]
        )

    def loss(self, settings: TuneSettings, train: Table, /) -> Loss:
        """Give the cross entropy of the tags."""
        rows = [tags for _, tags in self._rows(train)]
        numbers = [self._numbers[tag] for tags in rows for tag in tags]
        counts = np.bincount(numbers, minlength=len(self._names))
        weights = weigh_classes(settings.class_weights, self._names, counts)
        return TokenLoss(weights=weights, smoothing=settings.label_smoothing)

    def figures(
        self,
        table: Table,
        examples: Examples,
        forward: Forward,
        /,
    ) -> Mapping[str, float]:
        """Give the F1 of entities and the share of words that are right, from 0 to 1; without entities the latter."""
        rows, read = self._read(table)
        outputs = iter(forward(examples))
        said = []
        for tags, words in zip(rows, read, strict=True):
            counted = [_counts(labels) for labels in self._labels(tags, words)]
            said.append(self._said(words, [next(outputs)[0] if counts else None for counts in counted]))
        scores = score_entities(said, rows, scheme=self._scheme)
        accuracy = {"accuracy": scores.accuracy.value}
        return {"f1": scores.averages.micro.f1.value, **accuracy} if self._scheme == "conll" else accuracy

    def _labels(self, tags: Sequence[str], words: ReadWords) -> list[IntArray]:
        """Give the number of a tag for each token of each window, where there is one."""
        labels = [np.full(len(row.ids), IGNORED, dtype=np.int64) for row in words.rows]
        for tag, place in zip(tags, words.places, strict=True):
            if place is not None:
                labels[place[0]][place[1]] = self._numbers[tag]
        return labels

    def _said(self, words: ReadWords, logits: Sequence[FloatArray | None]) -> tuple[str, ...]:
        tags = []
        for place in words.places:
            row = None if place is None else logits[place[0]]
            tags.append(
                _OUTSIDE if place is None or row is None else self._names[int(row[place[1]].argmax())]
            )
        return tuple(tags)

    def _read(self, table: Table) -> tuple[list[tuple[str, ...]], list[ReadWords]]:
        """Read words beside their tags."""
        rows = self._rows(table)
        try:
            read = self._reader.read([words for words, _ in rows])
        except InputError as error:
            raise unreadable_row(error.index, error.message) from error
        for number, words in enumerate(read):
            if None in words.places and _OUTSIDE not in self._numbers:
                where = words.places.index(None)
                raise unreadable_row(number, f"word {where} gives no token, and there is no tag {_OUTSIDE!r}")
        return [tags for _, tags in rows], read

    def _rows(self, table: Table) -> list[tuple[list[str], tuple[str, ...]]]:
        """Give the words and the names of the tags of each row."""
        rows = []
        column = cast("list[list[str]]", table.column(self._data.words))
        for number, (words, reading) in enumerate(zip(column, self._data.readings(table), strict=True)):
            if reading.faults:
                raise faulty_row(number, reading.faults[0])
            unknown = sorted(set(reading.labels) - self._numbers.keys())
            if unknown:
                raise unreadable_row(number, f"tag {unknown[0]!r} is none of {', '.join(self._names)}")
            rows.append((words, reading.labels))
        return rows


def _counts(labels: IntArray) -> bool:
    return bool((labels != IGNORED).any())
