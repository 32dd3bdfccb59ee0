"""What a reader's answers are worth: exact match and token F1, as SQuAD counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.metrics.scores import answer_intervals
from hfkit.values.bootstrap import Bootstrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.squad import SquadExample

_DRAWS = Bootstrap(resamples=10_000)


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
    exact, overlap = answer_intervals(answers, references, bootstrap=_DRAWS)
    return Scores(len(examples), exact.value, overlap.value, overlap.low, overlap.high)
