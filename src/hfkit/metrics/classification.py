"""How good labels are, where each row has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.values.bootstrap import Bootstrap
from hfkit.values.classification_scores import ClassificationScores, Confusion

from .bootstrap import intervals_of_sums
from .labels import choose_labels, number_labels, require_rows
from .precision_recall import label_figures, precision_recall_f1

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import DoubleArray, IntArray

__all__ = ["accuracy", "confusion_matrix", "score_labels"]


def accuracy(predictions: Sequence[str], references: Sequence[str]) -> float:
    """Give the share of rows with the right label, from 0 to 1.

    Raises:
        InputError: there are not as many of both, or none; a subclass says which.

    >>> accuracy(["yes", "no", "no"], ["yes", "no", "yes"])
    0.6666666666666666
    """
    require_rows(predictions, references, of="a label")
    return sum(map(str.__eq__, predictions, references)) / len(references)


def confusion_matrix(
    predictions: Sequence[str], references: Sequence[str], *, labels: Sequence[str] | None = None
) -> Confusion:
    """Count which labels were said for which.

    Args:
        predictions: the label of each row, as the model says.
        references: the label of each row, as it is.
        labels: all there are, each once; None for those that occur, sorted.

    Raises:
        InputError: there are not as many of both, or none; a subclass says which.
        UnknownLabelError: one is none of ``labels``.

    >>> confusion_matrix(["yes", "no", "no"], ["yes", "no", "yes"]).counts
    ((1, 0), (1, 1))
    """
    require_rows(predictions, references, of="a label")
    names = choose_labels(labels, predictions, references)
    return Confusion(names, tuple(map(tuple, _count(predictions, references, names).tolist())))


def score_labels(
    predictions: Sequence[str],
    references: Sequence[str],
    *,
    labels: Sequence[str] | None = None,
    bootstrap: Bootstrap | None = None,
) -> ClassificationScores:
    """Score labels: accuracy, precision, recall and F1, and which were mistaken for which.

    Args:
        predictions: the label of each row, as the model says.
        references: the label of each row, as it is.
        labels: all there are, each once; None for those that occur, sorted.
        bootstrap: how intervals are drawn; None for the usual way.

    Raises:
        InputError: there are not as many of both, or none; a subclass says which.
        UnknownLabelError: one is none of ``labels``.

    >>> scores = score_labels(["yes", "no", "no", "no"], ["yes", "no", "yes", "no"])
    >>> scores.accuracy.value, scores.labels[1].recall.value, round(scores.averages.macro.f1.value, 3)
    (0.75, 0.5, 0.733)
    """
    require_rows(predictions, references, of="a label")
    names = choose_labels(labels, predictions, references)
    counts = _count(predictions, references, names)
    expected, said = np.nonzero(counts)  # rows of one cell are alike: they are drawn together
    size = len(names)
    cells = np.zeros((len(expected), 3, size))
    place = np.arange(len(expected))
    cells[place, 0, said] = expected == said
    cells[place, 1, said] = 1
    cells[place, 2, expected] = 1

    def figures(sums: DoubleArray) -> DoubleArray:
        hits, predicted, wanted = np.moveaxis(sums.reshape(len(sums), 3, size), 1, 0)
        right = hits.sum(axis=1, keepdims=True) / wanted.sum(axis=1, keepdims=True)
        rest = precision_recall_f1(hits, predicted, wanted).reshape(len(sums), -1)
        return np.concatenate((right, rest), axis=1)

    estimates = intervals_of_sums(
        cells.reshape(len(cells), -1), figures, bootstrap or Bootstrap(), counts=counts[expected, said]
    )
    each, averages = label_figures(names, counts.sum(axis=1).tolist(), estimates[1:])
    confusion = Confusion(names, tuple(map(tuple, counts.tolist())))
    return ClassificationScores(len(references), estimates[0], averages, each, confusion)


def _count(predictions: Sequence[str], references: Sequence[str], labels: Sequence[str]) -> IntArray:
    """Count cells, shape ``[labels expected, labels said]``."""
    expected = number_labels(references, labels, of="references")
    said = number_labels(predictions, labels, of="predictions")
    size = len(labels)
    counts: IntArray = np.bincount(expected * size + said, minlength=size * size).reshape(size, size)
    return counts
