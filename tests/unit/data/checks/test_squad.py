"""Answers that are not where they are said to be, and what else questions may lack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import hfkit
from hfkit.errors import CorruptDataError, DataNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hfkit.values.data_report import FindingKind

    Only = Callable[[hfkit.DataReport, FindingKind], hfkit.Finding]

CONTEXT = "Paris fell in 1940 and was free again in 1944 ."


def row(question: str, *answers: tuple[str, int], context: str = CONTEXT) -> dict[str, object]:
    texts, starts = [text for text, _ in answers], [start for _, start in answers]
    return {"question": question, "context": context, "answers": {"text": texts, "answer_start": starts}}


GOOD = row("When did it fall?", ("1940", 14))


def test_good_answers_have_no_findings() -> None:
    assert (
        hfkit.Squad(train=[GOOD, row("When was it free?", ("1944", 41), ("in 1944", 38))]).check().findings
        == ()
    )


def test_an_answer_beside_its_place_is_told_with_the_nearest_one(only: Only) -> None:
    finding = only(hfkit.Squad(train=[GOOD, row("When free?", ("1944", 40))]).check(), "misaligned_answer")
    assert (finding.severity, finding.rows, finding.column) == ("error", (1,), "answers")
    assert finding.message == (
        "1 row with an answer in 'answers' that is not where it is said to start: answer '1944' starts at "
        "character 40, where the context reads ' 194'; count characters of the context as it stands; the "
        "nearest place is start=41"
    )


def test_answers_of_blanks_and_answers_twice_are_told(only: Only) -> None:
    report = hfkit.Squad(
        train=[row("a", ("", 3)), row("b", ("1940", 14), ("1940", 14)), row("c", ("1940", 14))]
    ).check()
    assert (only(report, "blank_answer").rows, only(report, "blank_answer").severity) == ((0,), "error")
    assert (only(report, "repeated_answer").rows, only(report, "repeated_answer").severity) == ((1,), "note")


def test_questions_without_answers_are_counted(only: Only) -> None:
    finding = only(hfkit.Squad(train=[GOOD, row("Who?"), row("Why?")]).check(), "without_answer")
    assert (finding.severity, finding.count, finding.rows) == ("note", 2, (1, 2))


def test_answers_without_their_starts_are_told(only: Only) -> None:
    rows = [
        GOOD,
        {"question": "a", "context": CONTEXT, "answers": {"text": ["1940", "1944"], "answer_start": [14]}},
        {"question": "b", "context": CONTEXT, "answers": {"text": ["1940"], "answer_start": [None]}},
        {"question": "c", "context": CONTEXT, "answers": None},
        {"question": "d", "context": CONTEXT, "answers": {"text": None, "answer_start": None}},
    ]
    report = hfkit.Squad(train=rows).check()
    assert only(report, "uneven_answers").rows == (1, 2)
    assert only(report, "missing_value").rows == (3,)


def test_answers_may_be_a_list_of_both(only: Only) -> None:
    rows = [
        {"question": "a", "context": CONTEXT, "answers": [{"text": "1940", "answer_start": 14}]},
        {"question": "b", "context": CONTEXT, "answers": [{"text": "1940", "answer_start": 15}, None]},
        {"question": "c", "context": CONTEXT, "answers": []},
    ]
    report = hfkit.Squad(train=rows).check()
    assert only(report, "misaligned_answer").rows == only(report, "uneven_answers").rows == (1,)
    assert only(report, "without_answer").rows == (2,)


def test_a_question_without_a_context_is_told(only: Only) -> None:
    report = hfkit.Squad(train=[GOOD, row("Who?", ("a", 0), context="")]).check()
    assert (only(report, "blank_text").column, only(report, "blank_text").rows) == ("context", (1,))
    assert not report.of("misaligned_answer")


def test_the_same_question_with_another_answer_contradicts(only: Only) -> None:
    report = hfkit.Squad(
        train=[GOOD, row("When did it fall", ("1944", 41)), row("WHEN did it fall", ("1940", 14))]
    ).check()
    assert only(report, "contradiction").rows == (1,)
    assert only(report, "exact_duplicates").rows == (1, 2)
    assert (
        only(report, "exact_duplicates").message == "2 rows with the question and context of an earlier one"
    )


def test_contexts_that_training_has_are_told(only: Only) -> None:
    near = CONTEXT.replace(" .", ", they say .")
    data = hfkit.Squad(
        train=[GOOD, row("Other?", context="Nothing of the kind .")],
        test=[
            GOOD,
            row("When was it free?", ("1944", 41)),
            row("When?", ("1940", 14), context=near),
            row("?", context="new"),
        ],
    )
    report = data.check()
    assert only(report, "leakage").rows == (0,)
    shared = only(report, "shared_context")
    assert (shared.rows, shared.others, shared.severity) == ((0, 1), (0, 0), "warning")
    assert shared.message == "2 rows whose context train has too, 50.0% of all"
    assert (only(report, "near_leakage").rows, only(report, "near_leakage").others) == ((2,), (0,))
    assert only(report, "near_duplicates").split == "test"


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def document(start: int = 14) -> dict[str, object]:
    answers = [{"text": "1940", "answer_start": start}]
    questions = [{"id": "q1", "question": "When?", "answers": answers}]
    return {"data": [{"title": "Paris", "paragraphs": [{"context": CONTEXT, "qas": questions}]}]}


def test_files_of_squads_form_are_read(tmp_path: Path) -> None:
    train, test = write(tmp_path / "train.json", document()), write(tmp_path / "test.json", document(15))
    data = hfkit.Squad.load(train, test=test)
    assert data.train[0] == {"id": "q1", "title": "Paris", **row("When?", ("1940", 14))}
    assert data.validation is None
    assert [finding.split for finding in data.check().of("misaligned_answer")] == ["test"]
    assert hfkit.Squad.load(train, validation=train).validation == data.train


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"^there is no file .*none.json"):
        hfkit.Squad.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        (b'{"data":\n oh}', "{file}, line 2: Expecting value in column 2", 2),
        (b'{"data": []', "{file}, line 1: Expecting ',' delimiter in column 12", 1),
        (b'{"data": "\xff"}', "{file}: byte 10 is no UTF-8", None),
        (b'{"rows": []}', "{file}: the file has no list 'data', must be a file of SQuAD's form", None),
    ],
)
def test_a_file_that_cannot_be_read_is_told(
    content: bytes, message: str, line: int | None, tmp_path: Path
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    with pytest.raises(CorruptDataError) as caught:
        hfkit.Squad.load(file)
    assert caught.value.message == message.format(file=file)
    assert (caught.value.file, caught.value.line) == (str(file), line)
