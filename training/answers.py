"""What a reader's answers are worth: exact match and token F1, as SQuAD counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hfkit.metrics.answers import f1
from hfkit.metrics.scores import score_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.squad import SquadExample

_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one reader on one set of questions, in hundredths; the interval is of the F1."""

    n: int
    exact: float
    f1: float
    low: float
    high: float


def score(answers: Sequence[str], examples: Sequence[SquadExample]) -> Scores:
    """Score answers against examples; the interval is a 95 % percentile bootstrap over the questions."""
    references = [[answer.text for answer in example.answers] for example in examples]
    scores = score_answers(answers, references)
    each = np.array([f1(answer, allowed) for answer, allowed in zip(answers, references, strict=True)])
    draws = np.random.default_rng(0).integers(len(each), size=(_RESAMPLES, len(each)))
    low, high = np.quantile(each[draws].mean(axis=1), (0.025, 0.975))
    return Scores(scores.total, scores.exact_match, scores.f1, float(low), float(high))
