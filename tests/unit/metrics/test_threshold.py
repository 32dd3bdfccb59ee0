from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pytest

from hfkit.errors import EmptyInputError, InputError, InputTypeError, SettingError
from hfkit.metrics.threshold import best_threshold, between_scores
from hfkit.values.answer_scores import NoAnswerThreshold


def test_the_lowest_threshold_that_is_best_is_taken() -> None:
    best = best_threshold(["cat", "x", "dog"], [["cat"], ["y"], []], [-1.0, 0.5, 2.0])
    assert best.threshold == -1.0
    assert best.exact_match == best.f1 == pytest.approx(200 / 3)


def test_the_two_metrics_may_want_different_thresholds() -> None:
    predictions = ["cat", "a big dog", "fox", "ox"]
    references = [["cat"], ["dog"], [], []]
    null_scores = [-2.0, -1.0, 1.0, 2.0]
    assert best_threshold(predictions, references, null_scores).threshold == -1.0
    assert best_threshold(predictions, references, null_scores, metric="exact_match").threshold == -2.0


def test_where_no_answer_is_best_everywhere_the_threshold_is_below_all_scores() -> None:
    best = best_threshold(["cat", "dog"], [[], []], [-1.0, 3.0])
    assert best == NoAnswerThreshold(math.nextafter(-1.0, -math.inf), 100.0, 100.0)


def test_where_no_answer_is_best_everywhere_and_all_scores_are_positive_the_threshold_is_zero() -> None:
    assert best_threshold(["cat", "dog"], [[], []], [0.25, 0.5]).threshold == 0.0


def test_questions_of_one_score_fall_on_one_side() -> None:
    best = best_threshold(["cat", "dog"], [["cat"], []], [0.5, 0.5])
    assert best == NoAnswerThreshold(0.0, 50.0, 50.0)


def test_the_style_is_passed_on() -> None:
    assert best_threshold(["北京大学"], [["北京"]], [1.0], style="cmrc").f1 == pytest.approx(200 / 3)


def test_a_threshold_is_json() -> None:
    threshold = NoAnswerThreshold(-1.5, 50.0, 60.0)
    assert json.loads(json.dumps(threshold.to_dict())) == {"threshold": -1.5, "exact_match": 50.0, "f1": 60.0}


def test_scores_of_numpy_give_plain_numbers() -> None:
    best = best_threshold(["cat"], [["cat"]], [0.5])
    same = best_threshold(["cat"], [["cat"]], list(np.array([0.5], dtype=np.float32)))
    assert type(same.threshold) is float
    assert best == same


def test_null_scores_are_as_many_as_predictions() -> None:
    message = "there are 2 null scores and 1 predictions, must be as many of both"
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n") as caught:
        best_threshold(["cat"], [["cat"]], [1.0, 2.0])
    assert caught.value.hint == "give each question one null score"


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_null_scores_are_finite(score: float) -> None:
    message = f"null_scores[1] is {score}, must be a finite number"
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n") as caught:
        best_threshold(["cat", "dog"], [["cat"], []], [1.0, score])
    assert caught.value.hint == "leave out the questions that have no score"


def test_no_questions_have_no_threshold() -> None:
    with pytest.raises(EmptyInputError, match=r"^there are no predictions, must be at least one\n"):
        best_threshold([], [], [])


def test_a_metric_is_one_of_two() -> None:
    with pytest.raises(SettingError, match=re.escape("metric 'em' is not one of ('exact_match', 'f1')")):
        best_threshold(["cat"], [["cat"]], [1.0], metric="em")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("scores", ["ab", [None, 1.0], ["x", 1.0]])
def test_null_scores_are_numbers(scores: Any) -> None:
    with pytest.raises(InputTypeError, match=r"^null scores are .*, must be numbers\n"):
        best_threshold(["cat", "dog"], [["cat"], []], scores)


@pytest.mark.parametrize(
    ("threshold", "middle"), [(0.5, 1.25), (-3.5, -1.5), (2.0, 3.0), (-4.0, -4.5), (0.0, -1.5)]
)
def test_a_threshold_moves_between_its_neighbors(threshold: float, middle: float) -> None:
    found = NoAnswerThreshold(threshold, 75.0, 80.0)
    assert between_scores(found, [2.0, -3.5, 0.5]) == NoAnswerThreshold(middle, 75.0, 80.0)


@pytest.mark.parametrize(
    ("threshold", "scores"),
    [
        (math.nextafter(1, 2), [math.nextafter(1, 2), math.nextafter(math.nextafter(1, 2), 2)]),
        (-1.7e308, [-1.7e308, 1.7e308]),
        (0.0, [1e300]),
    ],
    ids=["neighbors", "far apart", "great"],
)
def test_a_threshold_that_rounding_leaves_no_room_stays_where_it_is(
    threshold: float, scores: list[float]
) -> None:
    found = NoAnswerThreshold(threshold, 75.0, 80.0)
    assert between_scores(found, scores) == found
