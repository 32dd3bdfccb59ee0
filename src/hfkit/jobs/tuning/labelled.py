"""Train a model to label texts, or pairs of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION
from hfkit.engines.reading import Reading, read_inputs
from hfkit.metrics.classification import score_labels
from hfkit.metrics.multilabel import score_label_sets

from .class_weights import weigh_classes, weigh_labels
from .examples import Example, Examples
from .faulty_rows import faulty_row, unreadable_row
from .losses import ClassLoss, LabelLoss
from .tasks import Goal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.backends.torch.tasks import Task
    from hfkit.data.labelled import Labelled
    from hfkit.data.table import Table
    from hfkit.engines.tokens import TextTokenizer
    from hfkit.text.arrays import IntArray
    from hfkit.values.classification_scores import ClassificationScores, Confusion
    from hfkit.values.inputs import TextInput
    from hfkit.values.tuning import TuneSettings

    from .batches import LabelShape
    from .losses import Loss
    from .tasks import Forward

__all__ = ["LabelledTask"]


class LabelledTask:
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`.

    Args:
        data: the texts and their labels.
        tokenizer: of the model.
        window: the most tokens that it is to read of one.
        reads_types: whether the model tells two texts apart by types.
    """

    def __init__(self, data: Labelled, tokenizer: TextTokenizer, *, window: int, reads_types: bool) -> None:
        self._data = data
        self._tokenizer = tokenizer
        self._reading = Reading(window, 0, "truncate")
        self._reads_types = reads_types
        self._scheme = data.scheme()
        self._numbers = {name: number for number, name in enumerate(self._scheme.names)}

    @property
    def head(self) -> Task:
        """Sequence classification."""
        return SEQUENCE_CLASSIFICATION

    @property
    def goal(self) -> Goal:
        """The mean F1 of the labels: it counts the rare ones as much as the frequent ones."""
        return Goal("macro_f1")

    @property
    def labels(self) -> LabelShape:
        """One class for each text, or a mark for each label."""
        return "row"

    @property
    def config(self) -> Mapping[str, object]:
        """The names of the labels, and whether any number of them holds."""
        return {
            "id2label": dict(enumerate(self._scheme.names)),
            "label2id": dict(self._numbers),
            "problem_type": self._scheme.problem,
        }

    def examples(self, table: Table, /) -> Examples:
        """Tokenize the texts of a split; what is longer than the window is cut.

        Raises:
            DataError: a row has no text or no label.
        """
        inputs, labels = self._rows(table)
        readables, error = read_inputs(inputs, self._tokenizer, self._reading, first_index=0)
        if error is not None:
            raise error
        rows = [readable.rows[0] for readable in readables]
        examples = [
            Example(row.ids, row.types if self._reads_types else None, {"labels": label})
            for row, label in zip(rows, labels, strict=True)
        ]
        cut = [readable for readable in readables if not readable.coverage.complete]
        return Examples(examples, cut=len(cut))

    def loss(self, settings: TuneSettings, train: Table, /) -> Loss:
        """Give the cross entropy of labels that exclude each other, else that of each label alone."""
        _, labels = self._rows(train)
        if self._data.multi_label:
            counts = np.stack(labels).sum(axis=0)
            weights = weigh_labels(settings.class_weights, self._scheme.names, counts, rows=len(labels))
            return LabelLoss(weights, settings.label_smoothing)
        counts = np.bincount(np.stack(labels), minlength=len(self._numbers))
        weights = weigh_classes(settings.class_weights, self._scheme.names, counts)
        return ClassLoss(weights, settings.label_smoothing)

    def figures(
        self,
        table: Table,  # noqa: ARG002  # the labels are in the examples
        examples: Examples,
        forward: Forward,
        /,
    ) -> Mapping[str, float]:
        """Give accuracy and mean F1."""
        if self._data.multi_label:
            logits = np.stack([row for (row,) in forward(examples)])
            truth = np.stack([example.labels["labels"] for example in examples.examples])
            names = np.array(self._scheme.names, dtype=object)
            said = [tuple(names[row > 0]) for row in logits]
            meant = [tuple(names[row > 0]) for row in truth]
            many = score_label_sets(said, meant, labels=self._scheme.names)
            return {
                "macro_f1": many.averages.macro.f1.value,
                "subset_accuracy": many.subset_accuracy.value,
            }
        one = self._score(examples, forward)
        return {"macro_f1": one.averages.macro.f1.value, "accuracy": one.accuracy.value}

    def confusion(self, examples: Examples, forward: Forward, /) -> Confusion | None:
        """Say which labels the model gives for which, as it is; None where any number of them may hold."""
        return None if self._data.multi_label else self._score(examples, forward).confusion

    def _score(self, examples: Examples, forward: Forward) -> ClassificationScores:
        """Compare the likeliest label of each example with the right one."""
        names = np.array(self._scheme.names, dtype=object)
        said = names[np.stack([row for (row,) in forward(examples)]).argmax(axis=1)]
        meant = names[np.stack([example.labels["labels"] for example in examples.examples])]
        return score_labels(said.tolist(), meant.tolist(), labels=self._scheme.names)

    def _rows(self, table: Table) -> tuple[list[TextInput], list[IntArray]]:
        """Read the texts and labels of a split; the labels as numbers, or as ones and zeros for each of them."""
        inputs: list[TextInput] = []
        labels: list[IntArray] = []
        for number, reading in enumerate(self._data.readings(table)):
            if reading.faults:
                raise faulty_row(number, reading.faults[0])
            inputs.append(cast("TextInput", reading.inputs[0]))
            unknown = sorted(set(reading.labels) - self._numbers.keys())
            if unknown:
                raise unreadable_row(number, f"label {unknown[0]!r} is none of {', '.join(self._numbers)}")
            numbers = [self._numbers[name] for name in reading.labels]
            if self._data.multi_label:
                marks = np.zeros(len(self._numbers), dtype=np.float32)
                marks[numbers] = 1
                labels.append(cast("IntArray", marks))
            else:
                labels.append(np.array(numbers[0], dtype=np.int64))
        return inputs, labels
