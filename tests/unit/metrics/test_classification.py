from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hfkit.errors import EmptyInputError, InputError, InputTypeError, UnknownLabelError
from hfkit.metrics.classification import accuracy, confusion_matrix, score_labels
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.classification_scores import Confusion

REFERENCES = ["cat", "cat", "cat", "dog", "dog", "fox"]
PREDICTIONS = ["cat", "cat", "dog", "dog", "cat", "dog"]


def test_accuracy_is_the_share_of_rows_that_are_right() -> None:
    assert accuracy(PREDICTIONS, REFERENCES) == 0.5


def test_a_row_of_the_matrix_is_an_expected_label() -> None:
    confusion = confusion_matrix(PREDICTIONS, REFERENCES)
    assert confusion == Confusion(("cat", "dog", "fox"), ((2, 1, 0), (1, 1, 0), (0, 1, 0)))


def test_the_most_frequent_mistakes_come_first() -> None:
    confusion = Confusion(("a", "b", "c"), ((5, 1, 0), (3, 5, 1), (0, 2, 5)))
    assert confusion.worst(2) == (("b", "a", 3), ("c", "b", 2))
    assert confusion.worst() == (("b", "a", 3), ("c", "b", 2), ("a", "b", 1), ("b", "c", 1))


def test_the_figures_of_a_label() -> None:
    scores = score_labels(PREDICTIONS, REFERENCES)
    cat, dog, fox = scores.labels
    assert (cat.label, cat.support) == ("cat", 3)
    assert (cat.precision.value, cat.recall.value, cat.f1.value) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (dog.precision.value, dog.recall.value) == pytest.approx((1 / 3, 1 / 2))
    assert (fox.precision.value, fox.recall.value, fox.f1.value) == (0, 0, 0)
    assert scores.accuracy.value == scores.averages.micro.f1.value == 0.5
    assert scores.averages.macro.recall.value == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert scores.averages.weighted.recall.value == pytest.approx(0.5)
    assert scores.rows == 6


def test_a_label_that_does_not_occur_is_in_no_average() -> None:
    wide = score_labels(PREDICTIONS, REFERENCES, labels=("owl", "fox", "dog", "cat"))
    assert [label.label for label in wide.labels] == ["owl", "fox", "dog", "cat"]
    assert wide.averages.macro.f1.value == pytest.approx(
        score_labels(PREDICTIONS, REFERENCES).averages.macro.f1.value
    )


def test_intervals_hold_their_figures() -> None:
    scores = score_labels(PREDICTIONS * 20, REFERENCES * 20, bootstrap=Bootstrap(resamples=500))
    for estimate in (scores.accuracy, scores.averages.macro.f1, scores.labels[0].precision):
        assert 0 < estimate.low < estimate.value < estimate.high < 1


def test_scores_are_json() -> None:
    scores = json.loads(json.dumps(score_labels(["a"], ["a"], bootstrap=Bootstrap(resamples=2)).to_dict()))
    one = {"value": 1.0, "low": 1.0, "high": 1.0}
    mean = {"precision": one, "recall": one, "f1": one}
    assert scores == {
        "rows": 1,
        "accuracy": one,
        "averages": {"micro": mean, "macro": mean, "weighted": mean},
        "labels": [{"label": "a", **mean, "support": 1}],
        "confusion": {"labels": ["a"], "counts": [[1]]},
    }


@pytest.mark.parametrize("function", [accuracy, confusion_matrix, score_labels])
def test_predictions_and_references_are_as_many(function: Any) -> None:
    message = "there are 1 predictions and 2 references, must be as many of both"
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n") as caught:
        function(["a"], ["a", "b"])
    assert caught.value.hint == "give each row a label that was said and a label that was expected"


@pytest.mark.parametrize("function", [accuracy, confusion_matrix, score_labels])
def test_no_rows_have_no_scores(function: Any) -> None:
    with pytest.raises(EmptyInputError, match=r"^there are no predictions, must be at least one\n"):
        function([], [])


@pytest.mark.parametrize("given", ["ab", None, iter(["a"])])
def test_labels_come_in_a_sequence(given: Any) -> None:
    with pytest.raises(
        InputTypeError, match=r"^references are .*, must be a sequence with a label for each row\n"
    ):
        score_labels(["a", "b"], given)


def test_labels_are_texts() -> None:
    with pytest.raises(InputTypeError, match=r"^a label is 1, must be a text\n") as caught:
        score_labels([1, 1], [1, 1])  # type: ignore[list-item]  # that is the point
    assert caught.value.hint == "give labels by name, not by number"


def test_a_label_is_named_once() -> None:
    with pytest.raises(InputError, match=r"^labels name 'a' twice, must name each once\n"):
        score_labels(["a"], ["a"], labels=["a", "b", "a"])


@pytest.mark.parametrize("label", ["cats", 1, ["cat"]])
def test_a_label_is_one_of_those_that_there_are(label: Any) -> None:
    message = f"references[1] is {label!r}, must be one of ['cat', 'dog']"
    with pytest.raises(UnknownLabelError, match=f"^{re.escape(message)}\n") as caught:
        score_labels(["cat", "dog"], ["cat", label], labels=["cat", "dog"])
    assert caught.value.hint == (
        "did you mean 'cat'?" if label == "cats" else "name all labels that occur"
    ) or (label == ["cat"])
