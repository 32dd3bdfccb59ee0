"""Words beside the tokens that they are cut into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import IntArray
    from .windows import Window

__all__ = ["clearest_windows", "tokens_of_words"]


def tokens_of_words(words: Sequence[str], offsets: Sequence[tuple[int, int]]) -> tuple[int | None, ...]:
    """Give the first token of each word of a text that is the words with a blank between each two.

    A token belongs to the first word that it shares a character with; one that holds nothing but the blank before a
    word belongs to that word. Sentencepiece says where the blank stands; byte pairs may trim it, and their token is
    then an empty one where the word begins.

    Args:
        words: the words of the text.
        offsets: for each token of the text its first character and the one after its last.

    Returns:
        For each word the position of its first token; None for one that no token begins in.

    >>> tokens_of_words(["New", "York's"], [(0, 3), (4, 8), (8, 9), (9, 10)])
    (0, 1)
    >>> tokens_of_words(["it", "saw"], [(0, 2), (3, 3), (3, 4), (4, 6)])
    (0, 1)
    """
    found: list[int | None] = []
    token = begin = 0
    for word in words:
        end = begin + len(word)
        while token < len(offsets) and _stands_before(offsets[token], begin, end):
            token += 1
        there = token < len(offsets) and offsets[token][0] < end
        found.append(token if there else None)
        if there:
            token += 1
        begin = end + 1
    return tuple(found)


def _stands_before(token: tuple[int, int], begin: int, end: int) -> bool:
    """Tell whether a token is over before a word begins and is not the blank before it, or is empty inside of it."""
    first, stop = token
    return stop < begin or (stop == begin and first < begin - 1) or begin < first == stop <= end


def clearest_windows(spans: Sequence[Window]) -> IntArray:
    """Give for each token the window that shows most of what stands around it.

    That is the one in which the nearer of its two ends is farthest; an end of the text is no end of what is shown. Of
    equal ones it is the first.

    Args:
        spans: windows that cover the tokens from 0 on, in order.

    Returns:
        Positions of windows, shape ``[tokens]``.

    >>> from hfkit.text.windows import windows
    >>> clearest_windows(windows(8, size=5, overlap=2)).tolist()
    [0, 0, 0, 0, 1, 1, 1, 1]
    """
    total = spans[-1].stop
    best, clear = np.zeros(total, dtype=np.int64), np.full(total, -1, dtype=np.int64)
    for place, span in enumerate(spans):
        tokens = np.arange(span.start, span.stop)
        left = tokens - span.start if span.start else np.full(len(tokens), total)
        right = span.stop - 1 - tokens if span.stop < total else np.full(len(tokens), total)
        shown = np.minimum(left, right)
        better = shown > clear[tokens]
        best[tokens[better]], clear[tokens[better]] = place, shown[better]
    return best
