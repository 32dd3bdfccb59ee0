"""Laws of figures of labels; the reference is scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
)

from hfkit.metrics.bootstrap import intervals_of_sums
from hfkit.metrics.classification import score_labels
from hfkit.metrics.multilabel import score_label_sets
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.label_figures import LabelFigures, MeanFigures

QUICK = Bootstrap(resamples=2)
LABELS = ("a", "b", "c", "d")
ROWS = st.lists(st.tuples(st.sampled_from(LABELS[:3]), st.sampled_from(LABELS)), min_size=1, max_size=30)
SETS = st.frozensets(st.sampled_from(LABELS))
SET_ROWS = st.lists(st.tuples(SETS, SETS), min_size=1, max_size=20)


def three(figures: LabelFigures | MeanFigures) -> tuple[float, float, float]:
    """The figures without their intervals."""
    return figures.precision.value, figures.recall.value, figures.f1.value


@given(ROWS)
def test_figures_of_labels_are_those_of_scikit_learn(rows: list[tuple[str, str]]) -> None:
    """Classes that are never said, never expected, or alone give what scikit-learn gives."""
    said, expected = map(list, zip(*rows, strict=True))
    scores = score_labels(said, expected, bootstrap=QUICK)
    each = precision_recall_fscore_support(expected, said, zero_division=0)
    for label, *reference in zip(scores.labels, *each, strict=True):
        assert (*three(label), label.support) == pytest.approx(reference)
    for average, found in (
        ("micro", scores.averages.micro),
        ("macro", scores.averages.macro),
        ("weighted", scores.averages.weighted),
    ):
        reference = precision_recall_fscore_support(expected, said, average=average, zero_division=0)
        assert three(found) == pytest.approx(reference[:3])
    assert scores.accuracy.value == pytest.approx(accuracy_score(expected, said))


@given(ROWS)
def test_labels_that_are_named_have_the_figures_of_scikit_learn(rows: list[tuple[str, str]]) -> None:
    """A label of the model that no row has is in the table, with nothing in it, and in no average."""
    said, expected = map(list, zip(*rows, strict=True))
    labels = ("z", *LABELS)
    scores = score_labels(said, expected, labels=labels, bootstrap=QUICK)
    each = precision_recall_fscore_support(expected, said, labels=labels, zero_division=0)
    for label, *reference in zip(scores.labels, *each, strict=True):
        assert (*three(label), label.support) == pytest.approx(reference)
    assert (
        np.array(scores.confusion.counts).tolist() == confusion_matrix(expected, said, labels=labels).tolist()
    )
    macro = precision_recall_fscore_support(expected, said, average="macro", zero_division=0)
    assert three(scores.averages.macro) == pytest.approx(macro[:3])


@given(SET_ROWS)
def test_figures_of_sets_are_those_of_scikit_learn(rows: list[tuple[frozenset[str], frozenset[str]]]) -> None:
    """Rows without labels, and labels without rows, give what scikit-learn gives."""
    said, expected = map(list, zip(*rows, strict=True))
    scores = score_label_sets(said, expected, labels=LABELS, bootstrap=QUICK)
    marks = [
        np.array([[label in row for label in LABELS] for row in side], dtype=int) for side in (expected, said)
    ]
    each = precision_recall_fscore_support(*marks, zero_division=0)
    for label, *reference in zip(scores.labels, *each, strict=True):
        assert (*three(label), label.support) == pytest.approx(reference)
    there = np.flatnonzero((marks[0] + marks[1]).any(axis=0))
    for average, found in (
        ("micro", scores.averages.micro),
        ("macro", scores.averages.macro),
        ("weighted", scores.averages.weighted),
    ):
        if len(there):  # scikit-learn's macro average is over the labels that it is told of
            reference = precision_recall_fscore_support(
                *marks, labels=there, average=average, zero_division=0
            )
            assert three(found) == pytest.approx(reference[:3])
        else:
            assert three(found) == (0, 0, 0)
    assert scores.subset_accuracy.value == pytest.approx(accuracy_score(*marks))


@given(ROWS, st.integers(0, 3))
def test_the_order_of_rows_changes_no_figure(rows: list[tuple[str, str]], seed: int) -> None:
    """Intervals depend on which rows there are, not on their order."""
    said, expected = map(list, zip(*rows, strict=True))
    settings = Bootstrap(resamples=20, seed=seed)
    whole = score_labels(said, expected, bootstrap=settings)
    assert score_labels(said[::-1], expected[::-1], bootstrap=settings) == whole


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.floats(0.05, 0.99),
    st.integers(0, 100),
)
def test_the_interval_of_a_mean_lies_between_the_rows(rows: list[float], level: float, seed: int) -> None:
    """No draw has a mean under the lowest row or over the highest."""
    (mean,) = intervals_of_sums(
        rows, lambda sums: sums / len(rows), Bootstrap(level=level, resamples=20, seed=seed)
    )
    slack = 1e-9 * max(1.0, *map(abs, rows))
    assert min(rows) - slack <= mean.low <= mean.high <= max(rows) + slack
    assert mean.value == pytest.approx(sum(rows) / len(rows), abs=slack)
