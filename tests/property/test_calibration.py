"""Laws of figures of probabilities; the references are scikit-learn and the words of the paper."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.metrics import brier_score_loss, log_loss

from hfkit.metrics.calibration import score_probabilities
from hfkit.text.arrays import DoubleArray, IntArray
from hfkit.values.bootstrap import Bootstrap

QUICK = Bootstrap(resamples=2)

Judged = tuple[DoubleArray, IntArray]


@st.composite
def judged(draw: st.DrawFn) -> Judged:
    """Probabilities of two to five labels, ties and certainty among them, and labels that are right."""
    rows, labels = draw(st.integers(1, 20)), draw(st.integers(2, 5))
    parts = draw(
        arrays.arrays(np.float64, (rows, labels), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0]))
    )
    parts[parts.sum(axis=1) == 0] = 1
    right = draw(arrays.arrays(np.int64, rows, elements=st.integers(0, labels - 1)))
    return parts / parts.sum(axis=1, keepdims=True), right


def error_by_the_paper(table: DoubleArray, right: IntArray, bins: int) -> float:
    """Go through the bins one by one, as equation 3 of Guo et al. 2017 says."""
    confidence = table.max(axis=1)
    hit = (table.argmax(axis=1) == right).astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in pairwise(edges):
        inside: npt.NDArray[np.bool_] = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(hit[inside].mean() - confidence[inside].mean())
    return total


@given(judged(), st.integers(1, 20))
def test_the_error_is_that_of_the_paper(case: Judged, bins: int) -> None:
    """A confidence on an edge belongs to the bin below it."""
    table, right = case
    found = score_probabilities(table, right, bins=bins, bootstrap=QUICK)
    assert found.error.value == pytest.approx(error_by_the_paper(table, right, bins), abs=1e-12)


@given(judged())
def test_brier_score_and_log_loss_are_those_of_scikit_learn(case: Judged) -> None:
    """Certainty, ties, and labels that are never right give what scikit-learn gives."""
    table, right = case
    labels = np.arange(table.shape[1])
    found = score_probabilities(table, right, bootstrap=QUICK)
    assert found.log_loss.value == pytest.approx(log_loss(right, table, labels=labels))
    brier = brier_score_loss(right, table, labels=labels, scale_by_half=False)
    assert found.brier.value == pytest.approx(brier, abs=1e-12)


@given(judged(), st.integers(1, 20))
def test_every_row_is_in_one_bin(case: Judged, bins: int) -> None:
    """The bins hold all rows, and their mean accuracy is that of all."""
    table, right = case
    found = score_probabilities(table, right, bins=bins, bootstrap=QUICK)
    assert sum(one.rows for one in found.bins) == len(table)
    hits = sum(one.rows * one.accuracy for one in found.bins)
    assert hits == pytest.approx(float((table.argmax(axis=1) == right).sum()))
    for one in found.bins:
        if one.rows:
            assert one.low - 1e-12 <= one.confidence <= one.high + 1e-12
