"""How well texts are foreseen, from the log probabilities of their tokens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import EmptyInputError, InputError
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.language_scores import LanguageScores

from .bootstrap import intervals_of_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import DoubleArray

__all__ = ["perplexity", "score_logprobs"]

# A float64 holds no power of e beyond it.
_LARGEST_LOSS = math.log(np.finfo(np.float64).max)


def perplexity(logprob: float, tokens: int) -> float:
    """Give the perplexity of tokens from the sum of their log probabilities.

    Args:
        logprob: the sum of natural logarithms, at most 0.
        tokens: how many, at least 1.

    Raises:
        InputError: the sum is above 0 or no number, or there are no tokens.

    >>> round(perplexity(-4 * math.log(10), 4), 9)
    10.0
    """
    return score_logprobs([logprob], [tokens], [1], bootstrap=Bootstrap(resamples=1)).perplexity.value


def score_logprobs(
    logprobs: Sequence[float],
    tokens: Sequence[int],
    bytes_: Sequence[int],
    *,
    bootstrap: Bootstrap | None = None,
) -> LanguageScores:
    """Give perplexity, loss and bits for a byte of many texts.

    Args:
        logprobs: for each text the sum of the natural logarithms of its tokens' probabilities, at most 0.
        tokens: for each text how many tokens that are, at least 1.
        bytes_: for each text how many bytes it has in UTF-8, at least 1.
        bootstrap: how intervals are drawn, over texts; None for the usual way.

    Raises:
        EmptyInputError: there are no texts.
        InputError: there are not as many of each, or one is out of its range.

    >>> scores = score_logprobs([-2.0, -4.0], [2, 4], [5, 20])
    >>> round(scores.perplexity.value, 4), scores.loss.value, scores.tokens
    (2.7183, 1.0, 6)
    """
    if not len(logprobs) == len(tokens) == len(bytes_):
        raise InputError(
            f"there are {len(logprobs)} log probabilities, {len(tokens)} numbers of tokens and {len(bytes_)} of bytes, "
            "must be as many of each",
            hint="give each text one of each",
        )
    if not len(logprobs):
        raise EmptyInputError("there are no texts, must be at least one", hint="give some texts")
    _require_at_most_0(logprobs)
    for name, numbers in (("tokens", tokens), ("bytes_", bytes_)):
        for row, number in enumerate(numbers):
            if not number >= 1:
                raise _out_of_range(f"{name}[{row}] is {number}, must be at least 1")

    def figures(sums: DoubleArray) -> DoubleArray:
        logprob, counted, size = sums.T
        loss, bits = np.abs(logprob) / counted, np.abs(logprob) / size / math.log(2)
        return np.stack((np.exp(np.minimum(loss, _LARGEST_LOSS)), loss, bits), axis=1)

    rows = np.stack([np.asarray(column, dtype=np.float64) for column in (logprobs, tokens, bytes_)], axis=1)
    found = intervals_of_sums(rows, figures, bootstrap or Bootstrap())
    return LanguageScores(len(logprobs), int(sum(tokens)), *found)


def _require_at_most_0(logprobs: Sequence[float]) -> None:
    for row, number in enumerate(logprobs):
        if not -math.inf < number <= 0:
            raise _out_of_range(f"logprobs[{row}] is {number}, must be at most 0 and finite")


def _out_of_range(message: str) -> InputError:
    return InputError(message, hint="leave out texts of which no token was foreseen")
