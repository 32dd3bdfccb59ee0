from __future__ import annotations

from typing import Any

import pytest

from hfkit.errors import InputTypeError
from hfkit.text.squad_files import squad_rows

ANSWER: dict[str, object] = {"text": "1914", "answer_start": 3}


def document(**changes: object) -> dict[str, object]:
    question: dict[str, object] = {"id": "q1", "question": "When?", "answers": [ANSWER]}
    paragraph = {"context": "in 1914 .", "qas": [question | changes]}
    return {"version": "v2.0", "data": [{"title": "War", "paragraphs": [paragraph]}]}


def test_a_row_has_all_of_its_question() -> None:
    assert list(squad_rows(document())) == [
        {
            "id": "q1",
            "title": "War",
            "context": "in 1914 .",
            "question": "When?",
            "answers": {"text": ["1914"], "answer_start": [3]},
        }
    ]


def test_an_impossible_question_has_no_answers() -> None:
    changes = {"is_impossible": True, "answers": [], "plausible_answers": [ANSWER]}
    (row,) = squad_rows(document(**changes))
    assert row["answers"] == {"text": [], "answer_start": []}
    (row,) = squad_rows(document(is_impossible=False))
    assert row["answers"]["text"] == ["1914"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "the file has no list 'data'"),
        ({"data": {}}, "the file has no list 'data'"),
        ({"data": [1]}, "data[0] has no list 'paragraphs'"),
        ({"data": [{"paragraphs": [{"qas": []}]}]}, "data[0].paragraphs[0] has no text 'context'"),
        ({"data": [{"paragraphs": [{"context": "a"}]}]}, "data[0].paragraphs[0] has no list 'qas'"),
        (document(question=1), "data[0].paragraphs[0].qas[0] has no text 'question'"),
        (document(answers=None), "data[0].paragraphs[0].qas[0] has no list 'answers'"),
        (
            document(answers=[ANSWER, {"text": "1914", "answer_start": "3"}]),
            "data[0].paragraphs[0].qas[0].answers[1] has no whole number 'answer_start'",
        ),
        (document(answers=["1914"]), "data[0].paragraphs[0].qas[0].answers[0] has no text 'text'"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_place(given: Any, message: str) -> None:
    with pytest.raises(InputTypeError) as caught:
        list(squad_rows(given))
    assert caught.value.message == f"{message}, must be a file of SQuAD's form"
    assert caught.value.hint.startswith("that is data, paragraphs, qas, answers")
