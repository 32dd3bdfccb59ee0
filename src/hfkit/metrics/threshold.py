"""When to give no answer."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit.errors import InputError, InputTypeError
from hfkit.values.answer_scores import NoAnswerThreshold
from hfkit.values.constraints import require_choice

from .answers import exact_match, f1
from .scores import require_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .answers import AnswerStyle

__all__ = ["AnswerMetric", "best_threshold", "between_scores"]

AnswerMetric: TypeAlias = Literal["exact_match", "f1"]
"""What a threshold is chosen for."""


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
    scores are above it, else the number next below the lowest one. These are the figures of
    ``find_best_thresh`` in the script of SQuAD 2.0, and its thresholds, where it is right: it names 0 for no answer
    at all, whatever the scores are; it lets questions of one null score fall on both sides of the threshold; and it
    does not count an answer or a reference of nothing but articles and punctuation as the empty one that
    it is elsewhere.

    Args:
        predictions: the best answer to each question, as if every question had one.
        references: for each question the answers that count as right; none, or empty ones, if there is no answer.
        null_scores: for each question how much speaks for no answer, such as the null logit less the
            logit of the best span; finite numbers.
        metric: which of the two figures is to be the highest.
        style: how answers are compared.

    Raises:
        EmptyInputError: there are no questions.
        InputTypeError: a prediction is no text, its references are no sequence of texts, or a null score is no
            number.
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


def between_scores(found: NoAnswerThreshold, null_scores: Sequence[float]) -> NoAnswerThreshold:
    """Move a threshold away from the null scores that it was found on, without a change to its figures.

    A null score that equals the threshold would fall on either side of it by rounding alone, and rounding
    depends on what else is computed in the same batch.

    Args:
        found: from :func:`best_threshold`.
        null_scores: what it was found on.

    Returns:
        The same figures, and the middle between the neighboring scores; 1 beyond the last one. Where rounding
        leaves no such number between them, the threshold as it was.

    >>> between_scores(NoAnswerThreshold(0.5, 100.0, 100.0), [-3.5, 0.5, 2.0]).threshold
    1.25
    """
    above = min((score for score in null_scores if score > found.threshold), default=math.inf)
    below = max((score for score in null_scores if score <= found.threshold), default=-math.inf)
    if math.isinf(above):
        threshold = below + 1
    elif math.isinf(below):
        threshold = above - 1
    else:
        threshold = below + (above - below) / 2
    return replace(found, threshold=threshold) if below <= threshold < above else found


def _finite(null_scores: Sequence[float], *, count: int) -> list[float]:
    """Give the null scores as plain numbers, of whatever type they came."""
    if len(null_scores) != count:
        raise InputError(
            f"there are {len(null_scores)} null scores and {count} predictions, must be as many of both",
            hint="give each question one null score",
        )
    try:
        scores = [float(score) for score in null_scores]
    except (TypeError, ValueError) as error:
        raise InputTypeError(
            f"null scores are {null_scores!r}, must be numbers", hint="give each question one null score"
        ) from error
    for index, score in enumerate(scores):
        if not math.isfinite(score):
            raise InputError(
                f"null_scores[{index}] is {score}, must be a finite number",
                hint="leave out the questions that have no score",
            )
    return scores
