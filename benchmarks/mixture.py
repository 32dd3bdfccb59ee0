"""Texts of mixed length, made of real sentences.

What people send to a classifier is mostly short, with a long tail. The lengths here are the
quantiles of a log-normal distribution with a median of 27 tokens and a 95th percentile of 201,
which has a mean of about 54. Taking quantiles instead of drawing at random gives any number of
texts the same distribution; only their order is random.
"""

from __future__ import annotations

from itertools import cycle
from math import exp, log
from random import Random
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["mixed_lengths", "mixed_texts"]

_MEDIAN = 27
_HIGH = 201  # the 95th percentile
_SPREAD = log(_HIGH / _MEDIAN) / NormalDist().inv_cdf(0.95)
_SPECIAL_TOKENS = 2  # [CLS] and [SEP]
_SEED = 0
_SHORTEST = _SPECIAL_TOKENS + 2


def mixed_lengths(count: int, *, longest: int) -> list[int]:
    """Give the tokens that each of so many texts should have, in random order.

    Args:
        count: how many.
        longest: what the tail of the distribution is cut to.
    """
    normal = NormalDist(log(_MEDIAN), _SPREAD)
    lengths = [round(exp(normal.inv_cdf((i + 0.5) / count))) for i in range(count)]
    Random(_SEED).shuffle(lengths)  # noqa: S311  # reproducible on purpose
    return [min(max(length, _SHORTEST), longest) for length in lengths]


def mixed_texts(
    sentences: Sequence[str],
    lengths: Sequence[int],
    tokens_of: Callable[[list[str]], list[int]],
) -> list[str]:
    """Cut and join sentences into texts of given lengths.

    A text ends at the end of a word, so it may be a few tokens shorter than asked.

    Args:
        sentences: the material; read in random order, and again from the start when it is used up.
        lengths: tokens of each text, special tokens included.
        tokens_of: gives the tokens of each word, special tokens excluded.
    """
    shuffled = list(sentences)
    Random(_SEED).shuffle(shuffled)  # noqa: S311  # reproducible on purpose
    words = " ".join(shuffled).split()
    material = cycle(zip(words, tokens_of(words), strict=True))
    texts = []
    word, size = next(material)
    for length in lengths:
        chosen, room = [word], length - _SPECIAL_TOKENS - size
        word, size = next(material)
        while size <= room:
            chosen.append(word)
            room -= size
            word, size = next(material)
        texts.append(" ".join(chosen))
    return texts
