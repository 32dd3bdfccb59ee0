"""Weights of labels, against scikit-learn, and as they leave the length of a step."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from hfkit.errors import UnknownLabelError
from hfkit.jobs.tuning.class_weights import weigh_classes, weigh_labels

NAMES = ("a", "b", "c")
COUNTS = np.array([6, 3, 1])


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    rows = np.repeat(np.arange(3), COUNTS)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=rows)
    assert weigh_classes("balanced", NAMES, COUNTS) == pytest.approx(expected.tolist())


def test_named_weights_keep_their_ratios_and_a_mean_of_one() -> None:
    weights = weigh_classes({"c": 4.0, "a": 1.0, "b": 2.0}, NAMES, COUNTS)
    assert weights is not None
    assert (np.array(weights) * COUNTS).sum() == pytest.approx(COUNTS.sum())
    assert weights[2] / weights[0] == pytest.approx(4)


def test_a_label_that_never_holds_has_a_finite_weight() -> None:
    weights = weigh_classes("balanced", NAMES, np.array([4, 4, 0]))
    assert weights is not None
    assert weights[:2] == pytest.approx((1, 1))
    assert np.isfinite(weights).all()


def test_labels_of_any_number_weigh_as_much_on_both_sides() -> None:
    assert weigh_labels("balanced", NAMES, COUNTS, rows=12) == pytest.approx((1.0, 3.0, 11.0))
    named = {"a": 1.0, "b": 2.0, "c": 3.0}
    assert weigh_labels(named, NAMES, COUNTS, rows=12) == (1.0, 2.0, 3.0)


def test_equal_weights_are_none() -> None:
    assert weigh_classes(None, NAMES, COUNTS) is None
    assert weigh_labels(None, NAMES, COUNTS, rows=12) is None


def test_every_label_has_a_weight() -> None:
    with pytest.raises(UnknownLabelError, match=r"differ in \['b', 'x'\]"):
        weigh_classes({"a": 1.0, "x": 1.0, "c": 1.0}, NAMES, COUNTS)
