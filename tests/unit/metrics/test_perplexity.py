from __future__ import annotations

import math
import re

import pytest

from hfkit.errors import EmptyInputError, InputError
from hfkit.metrics.perplexity import perplexity, score_logprobs


def test_equally_likely_tokens_have_their_number_as_perplexity() -> None:
    assert perplexity(-5 * math.log(50), 5) == pytest.approx(50)
    assert perplexity(0.0, 3) == 1.0


def test_texts_count_by_their_tokens() -> None:
    scores = score_logprobs([-1.0, -9.0], [1, 3], [4, 6])
    assert scores.loss.value == 2.5
    assert scores.perplexity.value == pytest.approx(math.exp(2.5))
    assert scores.bits_per_byte.value == pytest.approx(1 / math.log(2))
    assert (scores.rows, scores.tokens) == (2, 4)
    assert scores.loss.low == 1.0
    assert scores.loss.high == 3.0


def test_a_loss_that_has_no_power_of_e_is_as_large_as_a_number_can_be() -> None:
    assert perplexity(-1e6, 1) == pytest.approx(1.797e308, rel=1e-3)


@pytest.mark.parametrize(
    ("logprobs", "tokens", "size", "message"),
    [
        ([0.5], [1], [1], "logprobs[0] is 0.5, must be at most 0 and finite"),
        ([math.nan], [1], [1], "logprobs[0] is nan, must be at most 0 and finite"),
        ([-math.inf], [1], [1], "logprobs[0] is -inf, must be at most 0 and finite"),
        ([-1.0, -1.0], [1, 0], [1, 1], "tokens[1] is 0, must be at least 1"),
        ([-1.0], [1], [0], "bytes_[0] is 0, must be at least 1"),
        (
            [-1.0],
            [1, 2],
            [1],
            "there are 1 log probabilities, 2 numbers of tokens and 1 of bytes, must be as many of each",
        ),
    ],
)
def test_figures_of_texts_are_in_their_ranges(
    logprobs: list[float], tokens: list[int], size: list[int], message: str
) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}\n"):
        score_logprobs(logprobs, tokens, size)


def test_no_texts_have_no_scores() -> None:
    with pytest.raises(EmptyInputError, match=r"^there are no texts, must be at least one\n"):
        score_logprobs([], [], [])
