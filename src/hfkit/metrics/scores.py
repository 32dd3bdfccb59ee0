"""The answers to many questions, scored together.

All figures are percentages, from 0 to 100, as the official scripts print them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hfkit.errors import EmptyInputError, InputError, InputTypeError
from hfkit.values.answer_scores import AnswerScores, GroupScores
from hfkit.values.bootstrap import Bootstrap

from .answers import exact_match, f1, has_answer
from .bootstrap import intervals_of_sums

if TYPE_CHECKING:
    from hfkit.values.estimates import Estimate

    from .answers import AnswerStyle

__all__ = ["answer_intervals", "require_answers", "score_answers"]


def score_answers(
    predictions: Sequence[str], references: Sequence[Sequence[str]], *, style: AnswerStyle = "squad"
) -> AnswerScores:
    """Score answers as the official evaluators of SQuAD (1.1 and 2.0) and of CMRC 2018 do.

    Args:
        predictions: one answer a question; an empty one says that there is no answer.
        references: for each question the answers that count as right, of which the closest is taken; a
            question with none, or with empty ones only, has no answer.
        style: how answers are compared.

    Raises:
        EmptyInputError: there are no questions.
        InputTypeError: a prediction is no text, its references are no sequence of texts, or there is no
            sequence of either.
        InputError: there are more predictions than references, or fewer.
        SettingError: there is no such style.

    >>> scores = score_answers(["The cat", "a big dog", ""], [["cat"], ["dog", "wolf"], []])
    >>> round(scores.exact_match, 1), round(scores.f1, 1)
    (66.7, 88.9)
    >>> scores.no_answer
    GroupScores(exact_match=100.0, f1=100.0, total=1)
    """
    require_answers(predictions, references)
    exact: dict[bool, list[float]] = {True: [], False: []}
    overlap: dict[bool, list[float]] = {True: [], False: []}
    for prediction, allowed in zip(predictions, references, strict=True):
        matched = exact_match(prediction, allowed, style=style)  # refuses what are no references
        exact[has_answer(allowed)].append(matched)
        overlap[has_answer(allowed)].append(f1(prediction, allowed, style=style))
    whole = _mean(exact[True] + exact[False], overlap[True] + overlap[False])
    return AnswerScores(
        whole.exact_match,
        whole.f1,
        whole.total,
        has_answer=_mean(exact[True], overlap[True]) if exact[True] else None,
        no_answer=_mean(exact[False], overlap[False]) if exact[False] else None,
    )


def answer_intervals(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    style: AnswerStyle = "squad",
    bootstrap: Bootstrap | None = None,
) -> tuple[Estimate, Estimate]:
    """Give exact match and F1 with their confidence intervals, in percent.

    Args:
        predictions: as for :func:`score_answers`.
        references: as for :func:`score_answers`.
        style: how answers are compared.
        bootstrap: how intervals are drawn, over questions; None for the usual way.

    Raises:
        HfkitError: what :func:`score_answers` may raise.

    >>> exact, overlap = answer_intervals(["The cat", "a big dog"], [["cat"], ["dog", "wolf"]])
    >>> exact.value, exact.low, exact.high, round(overlap.value, 1)
    (50.0, 0.0, 100.0, 83.3)
    """
    require_answers(predictions, references)
    rows = [
        (exact_match(prediction, allowed, style=style), f1(prediction, allowed, style=style))
        for prediction, allowed in zip(predictions, references, strict=True)
    ]
    exact, overlap = intervals_of_sums(rows, lambda sums: sums / len(rows), bootstrap or Bootstrap())
    return exact, overlap


def require_answers(predictions: Sequence[str], references: Sequence[Sequence[str]]) -> None:
    """Refuse answers that do not stand beside their references one by one.

    Raises:
        InputTypeError: the one or the other is no sequence, or a single text.
        EmptyInputError: there are none.
        InputError: there are more of the one than of the other.
    """
    for name, given in (("predictions", predictions), ("references", references)):
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise InputTypeError(
                f"{name} are {given!r}, must be a sequence of one for each question",
                hint="put them into a list",
            )
    if len(predictions) != len(references):
        raise InputError(
            f"there are {len(predictions)} predictions and {len(references)} lists of references, "
            "must be as many of both",
            hint="give each question one prediction, '' for no answer, and one list of references",
        )
    if len(predictions) == 0:
        raise EmptyInputError("there are no predictions, must be at least one", hint="give some answers")


def _mean(exact: list[float], overlap: list[float]) -> GroupScores:
    return GroupScores(sum(exact) / len(exact), sum(overlap) / len(overlap), len(exact))
