"""What a reader's answers are worth: exact match and token F1, as SQuAD counts them."""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.squad import SquadExample

_RESAMPLES = 10_000
_DROPPED = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one reader on one set of questions, in hundredths; the interval is of the F1."""

    n: int
    exact: float
    f1: float
    low: float
    high: float


def score(answers: Sequence[str], examples: Sequence[SquadExample]) -> Scores:
    """Score answers against examples; the interval is a 95 % percentile bootstrap over the questions.

    Source: the evaluation script of SQuAD 1.1, Rajpurkar et al. 2016, arXiv:1606.05250.
    """
    pairs = list(zip(answers, examples, strict=True))
    f1 = np.array([max(_f1(got, right.text) for right in each.answers) for got, each in pairs])
    exact = [any(_words(got) == _words(right.text) for right in each.answers) for got, each in pairs]
    draws = np.random.default_rng(0).integers(len(f1), size=(_RESAMPLES, len(f1)))
    low, high = np.quantile(f1[draws].mean(axis=1), (0.025, 0.975))
    return Scores(
        len(pairs), 100 * float(np.mean(exact)), 100 * float(f1.mean()), 100 * float(low), 100 * float(high)
    )


def _words(text: str) -> list[str]:
    """Reduce an answer to its words: lower case, no punctuation, no articles."""
    return re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(_DROPPED)).split()


def _f1(got: str, right: str) -> float:
    """Weigh the words two answers share against the words they have."""
    ours, theirs = Counter(_words(got)), Counter(_words(right))
    if not ours or not theirs:
        return float(ours == theirs)
    return 2 * (ours & theirs).total() / (ours.total() + theirs.total())
