from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hfkit.errors import EmptyInputError, InputError, InputTypeError
from hfkit.metrics.scores import answer_intervals, score_answers
from hfkit.values.answer_scores import AnswerScores, GroupScores
from hfkit.values.bootstrap import Bootstrap


def test_questions_with_and_without_an_answer_are_counted_apart_too() -> None:
    predictions = ["the cat", "a big dog", "", "fox"]
    references = [["cat"], ["dog", "wolf"], [], [""]]
    scores = score_answers(predictions, references)
    assert scores.exact_match == 50.0
    assert scores.f1 == pytest.approx((100 + 200 / 3 + 100 + 0) / 4)
    assert scores.has_answer is not None
    assert scores.has_answer.exact_match == 50.0
    assert scores.has_answer.f1 == pytest.approx((100 + 200 / 3) / 2)
    assert scores.has_answer.total == 2
    assert scores.no_answer == GroupScores(50.0, 50.0, 2)


def test_a_group_without_questions_has_no_scores() -> None:
    assert score_answers(["cat"], [["cat"]]).no_answer is None
    assert score_answers([""], [[]]).has_answer is None


def test_the_style_is_passed_on() -> None:
    assert score_answers(["北京大学"], [["北京"]], style="cmrc").f1 == pytest.approx(200 / 3)
    assert score_answers(["北京大学"], [["北京"]]).f1 == 0.0


def test_scores_are_json() -> None:
    scores = AnswerScores(50.0, 60.0, 2, has_answer=GroupScores(50.0, 60.0, 2), no_answer=None)
    assert json.loads(json.dumps(scores.to_dict())) == {
        "exact_match": 50.0,
        "f1": 60.0,
        "total": 2,
        "has_answer": {"exact_match": 50.0, "f1": 60.0, "total": 2},
        "no_answer": None,
    }


def test_predictions_and_references_are_as_many() -> None:
    message = "there are 1 predictions and 2 lists of references, must be as many of both"
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n") as caught:
        score_answers(["cat"], [["cat"], ["dog"]])
    assert (
        caught.value.hint == "give each question one prediction, '' for no answer, and one list of references"
    )


def test_no_questions_have_no_scores() -> None:
    with pytest.raises(EmptyInputError, match=r"^there are no predictions, must be at least one\n"):
        score_answers([], [])


@pytest.mark.parametrize("references", ["cat", None, 1])
def test_a_list_of_other_things_is_no_list_of_references(references: Any) -> None:
    message = f"references are {references!r}, must be a sequence of texts"
    with pytest.raises(InputTypeError, match=f"^{re.escape(message)}\n"):
        score_answers(["cat"], [references])


@pytest.mark.parametrize(
    ("predictions", "references", "name"),
    [
        ("ab", [["a"], ["b"]], "predictions"),
        (None, [["a"]], "predictions"),
        (iter(["a"]), [["a"]], "predictions"),
        (["a", "b"], "ab", "references"),
        (["a"], None, "references"),
    ],
)
def test_answers_and_references_are_sequences(predictions: Any, references: Any, name: str) -> None:
    with pytest.raises(
        InputTypeError, match=f"^{name} are .*, must be a sequence of one for each question\n"
    ):
        score_answers(predictions, references)


def test_intervals_are_of_the_same_figures() -> None:
    predictions = ["the cat", "a big dog", "", "fox"] * 20
    references = [["cat"], ["dog", "wolf"], [], ["ox"]] * 20
    scores = score_answers(predictions, references)
    exact, overlap = answer_intervals(predictions, references, bootstrap=Bootstrap(resamples=500))
    assert (exact.value, overlap.value) == pytest.approx((scores.exact_match, scores.f1))
    assert 30 < exact.low < exact.value < exact.high < 70
    assert overlap.low < overlap.value < overlap.high


def test_no_questions_have_no_intervals() -> None:
    with pytest.raises(EmptyInputError):
        answer_intervals([], [])
