"""Precision, recall and F1 from counts, for whatever is counted: labels, or entities of a type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.values.label_figures import Averages, LabelFigures, MeanFigures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import DoubleArray
    from hfkit.values.estimates import Estimate

__all__ = ["label_figures", "precision_recall_f1"]


def precision_recall_f1(hits: DoubleArray, predicted: DoubleArray, expected: DoubleArray) -> DoubleArray:
    """Give precision, recall and F1 of each label, and their three averages.

    A figure whose denominator is 0 is 0. The macro average is over labels that occur, among predictions or
    references: of one that is neither said nor expected there is nothing to measure.

    Args:
        hits: how often each label was said where it was expected, shape ``[..., labels]``.
        predicted: how often it was said, the same shape.
        expected: how often it was expected, the same shape.

    Returns:
        Shape ``[..., labels + 3, 3]``: each label, then the micro, macro and weighted averages; precision, recall, F1.

    Source: the definitions of scikit-learn's ``precision_recall_fscore_support``, whose figures these are.

    >>> counts = (np.array([1.0, 1.0]), np.array([2.0, 1.0]), np.array([1.0, 2.0]))
    >>> precision_recall_f1(*counts)[1].tolist()
    [1.0, 0.5, 0.6666666666666666]
    """
    labels = _figures(hits, predicted, expected)
    micro = _figures(*(count.sum(axis=-1) for count in (hits, predicted, expected)))
    occurs = ((predicted + expected) > 0).astype(np.float64)
    means = [
        _ratio((labels * weights[..., None]).sum(axis=-2), weights.sum(axis=-1, keepdims=True))
        for weights in (occurs, expected)
    ]
    return np.concatenate((labels, np.stack((micro, *means), axis=-2)), axis=-2)


def label_figures(
    labels: Sequence[str], support: Sequence[int], estimates: Sequence[Estimate]
) -> tuple[tuple[LabelFigures, ...], Averages]:
    """Name the figures that :func:`precision_recall_f1` gives, flattened and with their intervals.

    Args:
        labels: their names.
        support: how often each was expected.
        estimates: ``(labels + 3) * 3`` of them, in the order of :func:`precision_recall_f1`.
    """
    rows = list(zip(estimates[::3], estimates[1::3], estimates[2::3], strict=True))
    each = tuple(
        LabelFigures(label, *row, count)
        for label, row, count in zip(labels, rows[: len(labels)], support, strict=True)
    )
    micro, macro, weighted = (MeanFigures(*row) for row in rows[len(labels) :])
    return each, Averages(micro=micro, macro=macro, weighted=weighted)


def _figures(hits: DoubleArray, predicted: DoubleArray, expected: DoubleArray) -> DoubleArray:
    precision, recall = _ratio(hits, predicted), _ratio(hits, expected)
    return np.stack((precision, recall, _ratio(2 * hits, predicted + expected)), axis=-1)


def _ratio(part: DoubleArray, whole: DoubleArray) -> DoubleArray:
    """Divide; 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
