"""Evaluate a model that answers questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from hfkit.metrics.answers import exact_match, f1, has_answer
from hfkit.metrics.scores import answer_intervals, score_answers
from hfkit.metrics.threshold import best_threshold, between_scores
from hfkit.values.answer_report import AnswerReport, WrongAnswer
from hfkit.values.inputs import Question
from hfkit.values.layout import counted

from .evaluation import Stopwatch, bad_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.data.squad import Squad
    from hfkit.data.table import Table
    from hfkit.metrics.answers import AnswerStyle

    from .evaluated_models import AnswersQuestions
    from .evaluation import EvaluationRows

__all__ = ["evaluate_answers", "may_be_unanswered", "read_references", "squad_questions"]

_RIGHT = 100.0


def evaluate_answers(
    answer: AnswersQuestions,
    data: Squad,
    rows: EvaluationRows,
    references: Sequence[Sequence[str]],
    *,
    style: AnswerStyle,
) -> AnswerReport:
    """Evaluate a model on questions with their answers.

    Args:
        answer: the model, which gives no answer where it is set up to.
        data: the names of the columns.
        rows: which rows.
        references: the answers of each row that count as right, from :func:`read_references`.
        style: how answers are compared.

    Raises:
        InputError: a question or a context cannot be read.
    """
    watch = Stopwatch()
    said: list[str] = []
    always: list[str] = []
    null_scores: list[float] = []
    for _, portion in rows.portions():
        for result in watch.run(answer.batch, squad_questions(data, portion)):
            said.append(result.text)
            always.append(result.spans[0].text)
            null_scores.append(result.null_score)
    scores = score_answers(said, references, style=style)
    exact, overlap = answer_intervals(said, references, style=style, bootstrap=rows.bootstrap)
    mistakes = [
        WrongAnswer(row, one, tuple(allowed), f1(one, allowed, style=style))
        for row, (one, allowed) in enumerate(zip(said, references, strict=True))
        if exact_match(one, allowed, style=style) < _RIGHT
    ]
    notes = []
    if scores.no_answer and not answer.no_answer:
        notes.append(
            f"{counted(scores.no_answer.total, 'question')} without an answer, and the model had to give one: "
            "Answer(..., no_answer=True) lets it give none"
        )
    return AnswerReport(
        source=answer.source,
        data=rows.described,
        speed=watch.speed,
        bootstrap=rows.bootstrap,
        notes=tuple(notes),
        exact_match=exact,
        f1=overlap,
        scores=scores,
        threshold=between_scores(best_threshold(always, references, null_scores, style=style), null_scores)
        if scores.no_answer
        else None,
        mistakes=tuple(mistakes),
    )


def read_references(data: Squad, rows: EvaluationRows) -> list[list[str]]:
    """Give the texts of each row's answers; none where there is no answer.

    Raises:
        DataError: a row holds no answers, not even an empty list of them, or one without a text.
    """
    found = []
    for row, value in enumerate(rows.table.column(data.answers)):
        if isinstance(value, list):
            texts = [cast("Mapping[str, object]", one)["text"] for one in value]
        elif value is not None:
            texts = list(cast("Mapping[str, Sequence[object] | None]", value)["text"] or ())
        else:
            raise bad_row(rows, row, f"column {data.answers!r} is empty")
        if not all(isinstance(text, str) for text in texts):
            raise bad_row(rows, row, f"column {data.answers!r} has an answer without a text")
        found.append(cast("list[str]", texts))
    return found


def may_be_unanswered(references: Sequence[Sequence[str]]) -> bool:
    """Say whether some question has no answer."""
    return not all(map(has_answer, references))


def squad_questions(data: Squad, table: Table) -> list[Question]:
    """Give the questions of rows, each with its context."""
    texts, contexts = table.column(data.question), table.column(data.context)
    return list(map(Question, cast("list[str]", texts), cast("list[str]", contexts)))
