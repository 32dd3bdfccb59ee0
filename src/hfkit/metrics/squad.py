"""Answers in words, compared as SQuAD's evaluator compares them.

The rules are those of the official script for version 2.0 (Rajpurkar, Jia and Liang, "Know What You Don't
Know: Unanswerable Questions for SQuAD", 2018), which on version 1.1 gives the figures of the script for
that version, unless a reference is nothing but articles and punctuation.
"""

from __future__ import annotations

import re
import string
from collections import Counter

__all__ = ["normalize_answer", "squad_exact_match", "squad_f1"]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_answer(text: str) -> str:
    """Leave out what SQuAD does not compare: case, ASCII punctuation, English articles, extra blanks.

    >>> normalize_answer("The  Eiffel-Tower!")
    'eiffeltower'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split())


def squad_exact_match(prediction: str, reference: str) -> float:
    """Say whether two normalized answers are the same: 1 or 0.

    >>> squad_exact_match("The cat.", "cat")
    1.0
    """
    return float(normalize_answer(prediction) == normalize_answer(reference))


def squad_f1(prediction: str, reference: str) -> float:
    """Give the harmonic mean of precision and recall over the words of two answers, from 0 to 1.

    Order does not count, repetition does. Where either has no words, only both having none is right.

    >>> squad_f1("a black cat", "the cat")
    0.6666666666666666
    """
    predicted, expected = normalize_answer(prediction).split(), normalize_answer(reference).split()
    if not predicted or not expected:
        return float(predicted == expected)
    shared = (Counter(predicted) & Counter(expected)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(expected)
    return 2 * precision * recall / (precision + recall)
