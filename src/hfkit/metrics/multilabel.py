"""How good labels are, where a row may have any number of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import InputTypeError
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.classification_scores import MultiLabelScores

from .bootstrap import intervals_of_sums
from .labels import choose_labels, number_labels, require_rows
from .precision_recall import label_figures, precision_recall_f1

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hfkit.text.arrays import DoubleArray

__all__ = ["score_label_sets"]


def score_label_sets(
    predictions: Sequence[Collection[str]],
    references: Sequence[Collection[str]],
    *,
    labels: Sequence[str] | None = None,
    bootstrap: Bootstrap | None = None,
) -> MultiLabelScores:
    """Score sets of labels: precision, recall and F1 of each label, and how many sets are exactly right.

    Args:
        predictions: the labels of each row, as the model says; a label that comes twice counts once.
        references: the labels of each row, as they are.
        labels: all there are, each once; None for those that occur, sorted.
        bootstrap: how intervals are drawn; None for the usual way.

    Raises:
        InputError: there are not as many of both, or none, or a row is no collection of texts; a subclass says which.
        UnknownLabelError: one is none of ``labels``.

    >>> scores = score_label_sets([{"a"}, {"a", "b"}, set()], [{"a"}, {"b"}, set()])
    >>> round(scores.subset_accuracy.value, 3), scores.labels[0].precision.value, scores.averages.micro.f1.value
    (0.667, 0.5, 0.8)
    """
    require_rows(predictions, references, of="a set of labels")
    for name, rows in (("predictions", predictions), ("references", references)):
        for number, row in enumerate(rows):
            if isinstance(row, str) or not hasattr(row, "__iter__"):
                raise InputTypeError(
                    f"{name}[{number}] is {row!r}, must be a set or list of labels",
                    hint="a row with one label is {label}, one without is an empty set",
                )
    names = choose_labels(labels, *map(list, predictions), *map(list, references))
    said, expected = (
        _marks(rows, names, of=of) for of, rows in (("predictions", predictions), ("references", references))
    )
    size = len(names)
    exact = (said == expected).all(axis=1, keepdims=True)

    def figures(sums: DoubleArray) -> DoubleArray:
        hits, predicted, wanted = np.moveaxis(sums[:, 1:].reshape(len(sums), 3, size), 1, 0)
        rest = precision_recall_f1(hits, predicted, wanted).reshape(len(sums), -1)
        return np.concatenate((sums[:, :1] / len(references), rest), axis=1)

    table = np.concatenate((exact, said * expected, said, expected), axis=1)
    estimates = intervals_of_sums(table, figures, bootstrap or Bootstrap())
    support = expected.sum(axis=0).astype(np.int64).tolist()
    each, averages = label_figures(names, support, estimates[1:])
    return MultiLabelScores(len(references), estimates[0], averages, each)


def _marks(rows: Sequence[Collection[str]], labels: Sequence[str], *, of: str) -> DoubleArray:
    """Give 1 where a row has a label, shape ``[rows, labels]``."""
    marks = np.zeros((len(rows), len(labels)))
    for number, row in enumerate(rows):
        marks[number, number_labels(list(row), labels, of=f"{of}[{number}]")] = 1
    return marks
