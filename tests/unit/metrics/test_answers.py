from __future__ import annotations

import re
from typing import Any, get_args

import numpy as np
import pytest

from hfkit.errors import InputTypeError, SettingError
from hfkit.metrics.answers import AnswerStyle, exact_match, f1, has_answer

# The figures are those of the functions of SQuAD's evaluate-v2.0.py.
SQUAD = [
    ("Denver Broncos", ["Denver Broncos", "The Broncos"], 100.0, 100.0),
    ("the Denver Broncos!", ["Broncos"], 0.0, 66.66666666666666),
    ("a A. the", ["x"], 0.0, 0),
    ("", [], 100.0, 100),
    ("Paris", [], 0.0, 0),
    ("", ["the"], 100.0, 100),
    ("The", [], 100.0, 100),
    ("don't", ["dont"], 100.0, 100.0),
    ("well-known", ["well known"], 0.0, 0),
    ("U.S.", ["US"], 100.0, 100.0),
    ("cat cat dog", ["cat dog dog"], 0.0, 66.66666666666666),
    ("Theatre of an era", ["theatre of era"], 100.0, 100.0),
    ("straße", ["Strasse"], 0.0, 0),
    ("“Paris”", ["Paris"], 0.0, 0),
    ("10,000", ["10000", "ten thousand"], 100.0, 100.0),
    ("in 1990", ["1990", "the year 1990"], 0.0, 66.66666666666666),
    ("...", ["Paris"], 0.0, 0),
]

# The figures are those of the functions of cmrc2018_evaluate.py, with the word tokenizer of NLTK 3.10.
CMRC = [
    ("北京大学", ["北京"], 0.0, 66.66666666666666),
    ("北京", ["北京", "北京市"], 100.0, 100.0),
    ("《三体》", ["三体"], 100.0, 100.0),
    ("1998年", ["1998"], 0.0, 66.66666666666666),
    ("Liu Cixin 写的", ["liu cixin"], 0.0, 66.66666666666666),
    ("3.5万字", ["3.5 万字"], 0.0, 100.0),
    ("大学北京", ["北京大学"], 0.0, 50.0),
    ("foo-bar", ["foobar"], 100.0, 100.0),
    ("A、B和C", ["A和C"], 0.0, 66.66666666666666),
    ("don't 说", ["do n't说"], 0.0, 100.0),
    ("（1998）", ["(1998)"], 0.0, 50.0),  # meant as they are
    ('叫"U.S."的', ['"U.S."'], 0.0, 80.0),
    ("上海……", ["上海"], 0.0, 80.0),
    ("上海", ["北京"], 0.0, 0),
    ("ＡＢＣ", ["ＡＢＣ大学"], 0.0, 50.0),  # meant as they are
    ("东京タワー", ["タワー"], 0.0, 50.0),
    ('say, "no," he said.', ["no"], 0.0, 20.0),
    ("it's Mr. Li's.", ["Li"], 0.0, 28.57142857142857),
]


@pytest.mark.parametrize(("prediction", "references", "exact", "overlap"), SQUAD)
def test_figures_are_those_of_the_script_of_squad(
    prediction: str, references: list[str], exact: float, overlap: float
) -> None:
    assert exact_match(prediction, references) == exact
    assert f1(prediction, references) == pytest.approx(overlap, abs=1e-9)


@pytest.mark.parametrize(("prediction", "references", "exact", "overlap"), CMRC)
def test_figures_are_those_of_the_script_of_cmrc(
    prediction: str, references: list[str], exact: float, overlap: float
) -> None:
    assert exact_match(prediction, references, style="cmrc") == exact
    assert f1(prediction, references, style="cmrc") == pytest.approx(overlap, abs=1e-9)


@pytest.mark.parametrize("style", ["squad", "cmrc"])
@pytest.mark.parametrize(("prediction", "figure"), [("", 100.0), ("Paris", 0.0)])
def test_where_there_is_no_answer_only_none_is_right(prediction: str, figure: float, style: str) -> None:
    assert exact_match(prediction, [], style=style) == figure  # type: ignore[arg-type]  # one of the two
    assert f1(prediction, [""], style=style) == figure  # type: ignore[arg-type]  # one of the two


def test_a_reference_of_articles_alone_does_not_make_silence_right_where_there_is_another() -> None:
    assert exact_match("", ["the", "cat"]) == 0.0
    assert f1("", ["the", "cat"]) == 0.0


def test_chinese_answers_without_any_segment_agree_fully() -> None:
    assert exact_match("。", ["、"], style="cmrc") == 100.0
    assert f1("。", ["、"], style="cmrc") == 100.0


def test_a_question_has_an_answer_if_any_reference_says_something() -> None:
    assert has_answer(["", "Paris"])
    assert not has_answer(["", ""])


def test_one_string_is_no_list_of_references() -> None:
    with pytest.raises(
        InputTypeError, match=r"^references are 'cat', must be a sequence of texts\n"
    ) as caught:
        f1("cat", "cat")
    assert caught.value.hint.startswith("put a single one into a list; ")


@pytest.mark.parametrize(
    "references",
    [None, iter(["cat"]), {"text": ["cat"], "answer_start": [0]}, {"cat"}, np.array(["cat", "dog"])],
    ids=["None", "generator", "SQuAD", "set", "array"],
)
@pytest.mark.parametrize("style", get_args(AnswerStyle))
def test_references_are_a_sequence(references: Any, style: AnswerStyle) -> None:
    for figure in (exact_match, f1):
        with pytest.raises(InputTypeError, match="must be a sequence of texts\n"):
            figure("cat", references, style=style)


def test_references_are_texts() -> None:
    with pytest.raises(
        InputTypeError, match=re.escape("references are ['cat', 1], must be a sequence of texts")
    ):
        exact_match("cat", ["cat", 1])  # type: ignore[list-item]  # that is the point


def test_a_prediction_is_a_text() -> None:
    with pytest.raises(InputTypeError, match=r"^prediction is None, must be a text\n") as caught:
        exact_match(None, ["cat"])  # type: ignore[arg-type]  # that is the point
    assert caught.value.hint == "give '' for no answer"


def test_a_style_is_one_of_two() -> None:
    with pytest.raises(SettingError, match=re.escape("style 'triviaqa' is not one of ('squad', 'cmrc')")):
        f1("cat", ["cat"], style="triviaqa")  # type: ignore[arg-type]  # that is the point
