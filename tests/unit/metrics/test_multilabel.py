from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hfkit.errors import InputTypeError, UnknownLabelError
from hfkit.metrics.multilabel import score_label_sets
from hfkit.values.bootstrap import Bootstrap

REFERENCES = [{"a", "b"}, {"b"}, set(), {"c"}]
PREDICTIONS = [{"a"}, {"b"}, {"a"}, {"c", "b"}]


def test_the_figures_of_labels() -> None:
    scores = score_label_sets(PREDICTIONS, REFERENCES)
    a, b, c = scores.labels
    assert (a.precision.value, a.recall.value, a.support) == (0.5, 1.0, 1)
    assert (b.precision.value, b.recall.value, b.support) == (0.5, 0.5, 2)
    assert (c.f1.value, c.support) == (1.0, 1)
    assert scores.subset_accuracy.value == 0.25
    assert scores.averages.micro.f1.value == pytest.approx(2 * 3 / (5 + 4))
    assert scores.rows == 4


def test_lists_do_as_well_and_what_comes_twice_counts_once() -> None:
    scores = score_label_sets([["a", "a"], ("b",)], [["a"], ["b", "b"]])
    assert scores.subset_accuracy.value == 1.0
    assert scores.labels[0].support == 1


def test_rows_without_any_label_agree() -> None:
    scores = score_label_sets([set(), set()], [set(), set()], labels=["a"])
    assert scores.subset_accuracy.value == 1.0
    assert scores.averages.macro.f1.value == scores.averages.micro.f1.value == 0.0
    assert score_label_sets([set()], [set()]).labels == ()


def test_scores_are_json() -> None:
    scores = score_label_sets([{"a"}], [{"a"}], bootstrap=Bootstrap(resamples=2)).to_dict()
    assert json.loads(json.dumps(scores))["subset_accuracy"] == {"value": 1.0, "low": 1.0, "high": 1.0}


@pytest.mark.parametrize("row", ["a", None, 3])
def test_each_row_has_a_collection_of_labels(row: Any) -> None:
    message = f"predictions[1] is {row!r}, must be a set or list of labels"
    with pytest.raises(InputTypeError, match=f"^{re.escape(message)}\n"):
        score_label_sets([{"a"}, row], [{"a"}, {"a"}])


def test_a_label_is_one_of_those_that_there_are() -> None:
    message = "references[0][0] is 'b', must be one of ['a']"
    with pytest.raises(UnknownLabelError, match=f"^{re.escape(message)}\n"):
        score_label_sets([{"a"}], [{"b"}], labels=["a"])
