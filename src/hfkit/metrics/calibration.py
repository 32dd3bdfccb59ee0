"""How far a model is as often right as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import EmptyInputError, InputError, InputTypeError, UnknownLabelError
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.classification_scores import Calibration, ReliabilityBin
from hfkit.values.constraints import require_whole

from .bootstrap import intervals_of_sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from hfkit.text.arrays import DoubleArray, IntArray

__all__ = ["score_probabilities"]

# A row of float32 probabilities of many labels adds up to 1 no better than this.
_TOLERANCE = 1e-3

_DIMENSIONS = 2


def score_probabilities(
    probabilities: npt.ArrayLike,
    references: npt.ArrayLike,
    *,
    bins: int = 15,
    bootstrap: Bootstrap | None = None,
) -> Calibration:
    """Score the probabilities of labels that exclude each other.

    The confidence of a row is its highest probability; of equal ones the first label is taken. The log loss takes
    no probability below the smallest step of the number type that it comes in, as scikit-learn does.

    Args:
        probabilities: of each label, shape ``[rows, labels]``, each row adding up to 1.
        references: the position of the expected label, shape ``[rows]``.
        bins: how many of equal width; 15 is usual, and what published figures mostly have.
        bootstrap: how intervals are drawn; None for the usual way.

    Raises:
        EmptyInputError: there are no rows.
        InputTypeError: the arrays do not have these shapes, or references are no whole numbers.
        InputError: a probability is not between 0 and 1, or those of a row do not add up to 1.
        UnknownLabelError: a reference is no position of a label.
        SettingError: ``bins`` is no whole number from 1 on.

    Source: the error, Guo et al. 2017, arXiv:1706.04599, section 2; Brier, "Verification of Forecasts Expressed in
    Terms of Probability", 1950, summed over labels as there: for two labels twice what is given for one of them.

    >>> calibration = score_probabilities([[0.9, 0.1], [0.6, 0.4]], [0, 1], bins=5)
    >>> round(calibration.error.value, 3), round(calibration.brier.value, 3), round(calibration.log_loss.value, 3)
    (0.35, 0.37, 0.511)
    """
    require_whole("bins", bins, least=1, required=True)
    given, expected = _checked(probabilities, references)
    table = given.astype(np.float64)
    rows = np.arange(len(table))
    confidence, right = table.max(axis=1), table.argmax(axis=1) == expected
    least = float(np.finfo(given.dtype).eps)
    truth = np.zeros_like(table)
    truth[rows, expected] = 1
    edges = np.linspace(0, 1, bins + 1)
    places = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counted = np.zeros((len(table), 3, bins))
    counted[rows, 0, places], counted[rows, 1, places], counted[rows, 2, places] = 1, confidence, right
    losses = np.stack(
        (((table - truth) ** 2).sum(axis=1), -np.log(np.clip(table[rows, expected], least, 1 - least))),
        axis=1,
    )

    def figures(sums: DoubleArray) -> DoubleArray:
        _, sure, hits = np.moveaxis(sums[:, 2:].reshape(len(sums), 3, bins), 1, 0)
        error = np.abs(hits - sure).sum(axis=1, keepdims=True)
        return np.concatenate((error, sums[:, :2]), axis=1) / len(table)

    table_of_sums = np.concatenate((losses, counted.reshape(len(table), -1)), axis=1)
    error, brier, log_loss = intervals_of_sums(table_of_sums, figures, bootstrap or Bootstrap())
    return Calibration(error, brier, log_loss, _bins(edges, counted.sum(axis=0)))


def _bins(edges: DoubleArray, sums: DoubleArray) -> tuple[ReliabilityBin, ...]:
    found = []
    for low, high, (rows, confidence, right) in zip(edges[:-1], edges[1:], sums.T, strict=True):
        share = max(rows, 1)
        found.append(
            ReliabilityBin(
                float(low), float(high), int(rows), float(confidence / share), float(right / share)
            )
        )
    return tuple(found)


def _checked(
    probabilities: npt.ArrayLike, references: npt.ArrayLike
) -> tuple[npt.NDArray[np.floating], IntArray]:
    table, expected = np.asarray(probabilities), np.asarray(references)
    if not table.size:
        raise EmptyInputError("there are no probabilities, must be a row at least", hint="give some rows")
    if table.ndim != _DIMENSIONS or not np.issubdtype(table.dtype, np.number):
        raise InputTypeError(
            f"probabilities have shape {table.shape} and type {table.dtype}, must be numbers [rows, labels]",
            hint="give each row the probability of every label",
        )
    if expected.shape != table.shape[:1] or not np.issubdtype(expected.dtype, np.integer):
        raise InputTypeError(
            f"references have shape {expected.shape} and type {expected.dtype}, "
            f"must be whole numbers of shape {table.shape[:1]}",
            hint="give each row the position of the expected label",
        )
    if not np.issubdtype(table.dtype, np.floating):
        table = table.astype(np.float64)
    inside = ((table >= 0) & (table <= 1)).all(axis=1) & (np.abs(table.sum(axis=1) - 1) <= _TOLERANCE)
    if not inside.all():
        row = int(np.flatnonzero(~inside)[0])
        raise InputError(
            f"probabilities[{row}] are {table[row].tolist()}, must be from 0 to 1 and add up to 1",
            hint="give softmax's probabilities of all labels, not logits or the best few",
        )
    unknown = np.flatnonzero((expected < 0) | (expected >= table.shape[1]))
    if len(unknown):
        raise UnknownLabelError(
            f"references[{unknown[0]}] is {expected[unknown[0]]}, must be from 0 to {table.shape[1] - 1}",
            hint="count labels from 0, in the order of the columns",
        )
    return table, expected.astype(np.int64)
