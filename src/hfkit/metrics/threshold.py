"""When to give no answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit.errors import InputError
from hfkit.values.constraints import require_choice
from hfkit.values.jsonable import to_json_value

from .answers import exact_match, f1
from .scores import require_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import AnswerStyle

__all__ = ["AnswerMetric", "NoAnswerThreshold", "best_threshold"]

AnswerMetric: TypeAlias = Literal["exact_match", "f1"]
"""What a threshold is chosen for."""


@dataclass(frozen=True, slots=True)
class NoAnswerThreshold:
    """Where to stop answering, and what that gives.

    Attributes:
        threshold: no answer is given where the null score is above it.
        exact_match: exact match of the answers that are left, in percent.
        f1: F1 of the answers that are left, in percent.
    """

    threshold: float
    exact_match: float
    f1: float

    def to_dict(self) -> dict[str, object]:
        """Give the threshold as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}


def best_threshold(
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    null_scores: Sequence[float],
    *,
    metric: AnswerMetric = "f1",
    style: AnswerStyle = "squad",
) -> NoAnswerThreshold:
    """Find the threshold above whose null scores it is best to give no answer.

    Of several that are best it is the lowest null score that is; where no answer at all is best, 0 if all null
    scores are above it, else the number next below the lowest one. These are the thresholds and figures of
    ``find_best_thresh`` in the script of SQuAD 2.0, where it is right: it lets questions of one null
    score fall on both sides of the threshold, and does not count an answer or a reference of nothing but articles
    and punctuation as the empty one that it is elsewhere.

    Args:
        predictions: the best answer to each question, as if every question had one.
        references: for each question the answers that count as right; none, or empty ones, if there is no answer.
        null_scores: for each question how much speaks for no answer, such as the null logit less the
            logit of the best span; finite numbers.
        metric: which of the two figures is to be the highest.
        style: how answers are compared.

    Raises:
        EmptyInputError: there are no questions.
        InputTypeError: a prediction is no text, or its references are no sequence of texts.
        InputError: there are not as many of each, or a null score is not finite.
        SettingError: there is no such metric or style.

    >>> best_threshold(["cat", "dog", "fox"], [["cat"], ["dog"], []], [-3.5, 0.5, 2.0])
    NoAnswerThreshold(threshold=0.5, exact_match=100.0, f1=100.0)
    """
    require_choice("metric", metric, ("exact_match", "f1"))
    require_answers(predictions, references)
    scores = _finite(null_scores, count=len(predictions))
    pairs = list(zip(predictions, references, strict=True))
    totals, gains = {}, {}
    for name, score_of in (("exact_match", exact_match), ("f1", f1)):
        silent = [score_of("", allowed, style=style) for allowed in references]
        totals[name] = sum(silent)
        gains[name] = [score_of(*pair, style=style) - base for pair, base in zip(pairs, silent, strict=True)]
    lowest = min(scores)
    threshold, best = 0.0 if lowest > 0 else math.nextafter(lowest, -math.inf), dict(totals)
    order = sorted(range(len(pairs)), key=lambda index: scores[index])
    for score, tied in groupby(order, key=lambda index: scores[index]):
        for index in tied:
            for name, gain in gains.items():
                totals[name] += gain[index]
        if totals[metric] > best[metric]:
            threshold, best = score, dict(totals)
    return NoAnswerThreshold(threshold, best["exact_match"] / len(pairs), best["f1"] / len(pairs))


def _finite(null_scores: Sequence[float], *, count: int) -> list[float]:
    """Give the null scores as plain numbers, of whatever type they came."""
    if len(null_scores) != count:
        raise InputError(
            f"there are {len(null_scores)} null scores and {count} predictions, must be as many of both",
            hint="give each question one null score",
        )
    scores = [float(score) for score in null_scores]
    for index, score in enumerate(scores):
        if not math.isfinite(score):
            raise InputError(
                f"null_scores[{index}] is {score}, must be a finite number",
                hint="leave out the questions that have no score",
            )
    return scores
