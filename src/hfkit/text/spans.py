"""Find the best spans of a text from the logits of all its windows at once.

Every allowed span is a cell of a band: the row is its first token, the column its tokens less one.
Windows overlap, so a span may be scored by several; its best logit counts. In the band a span stands
once, whatever windows have seen it, and all of them are ranked on the same raw numbers: a softmax for
each window alone would make a window without an answer as sure as one with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .clusters import widen_to_clusters, within_cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .arrays import FloatArray, IntArray
    from .windows import Window

__all__ = ["Overlapping", "TokenSpan", "best_spans", "character_extents", "log_total", "span_band"]

Overlapping: TypeAlias = Literal["merge", "keep"]
"""What becomes of spans that share characters: ``"merge"`` gives the best of them alone, ``"keep"``
gives each with characters of its own."""


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A span and how good it is.

    Attributes:
        first: its first token.
        last: its last token.
        logit: the raw logit of its beginning plus that of its end.
    """

    first: int
    last: int
    logit: float


def character_extents(text: str, offsets: Sequence[tuple[int, int]]) -> IntArray:
    r"""Give the characters that an answer has which begins or ends at a token, shape ``[tokens, 2]``.

    They are the token's own, but

    - without blanks at their ends: byte-level tokens take a blank before a word along. Of a token that is
      nothing but blanks, or has no characters at all, the extent is empty (start equals end), and
      no span begins or ends there;
    - with what hangs on them: some tokenizers drop accents or part them from their letters, and
      a word without its accent is another word.

    Args:
        text: the text.
        offsets: for each of its tokens the first character and the one after the last.

    >>> character_extents("a  b", [(0, 1), (1, 2), (2, 4)]).tolist()
    [[0, 1], [2, 2], [3, 4]]
    >>> character_extents("Jose\u0301", [(0, 4)]).tolist()
    [[0, 5]]
    """
    extents = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    for token, (first, last) in enumerate(offsets):
        start, end = first, last
        if start < end and (text[start].isspace() or text[end - 1].isspace()):
            piece = text[start:end]
            start += len(piece) - len(piece.lstrip())
            end = max(start, first + len(piece.rstrip()))
        if start < end and (within_cluster(text, start) or within_cluster(text, end)):
            start, end = widen_to_clusters(text, start, end)
        if (start, end) != (first, last):
            extents[token] = start, end
    return extents


def span_band(
    spans: Sequence[Window], logits: Sequence[FloatArray], *, extents: IntArray, longest: int
) -> FloatArray:
    """Lay the windows of a text over each other.

    Args:
        spans: the tokens of each window.
        logits: for each window the logits of first and last tokens, shape ``[tokens of it, 2]``.
        extents: from :func:`character_extents`; no span begins or ends at an empty one.
        longest: the most tokens of a span.

    Returns:
        Logits of all spans, shape ``[tokens, longest]``: cell ``[i, d]`` is the span from token ``i`` to
        token ``i + d``, the best of all windows that hold it whole; minus infinity where there is none.
    """
    band = np.full((len(extents), longest), -np.inf, dtype=np.float32)
    barred = np.where(extents[:, 1] > extents[:, 0], np.float32(0), np.float32(-np.inf))
    for span, scores in zip(spans, logits, strict=True):
        starts, ends = (scores + barred[span.start : span.stop, None]).T
        beyond = np.full(longest - 1, -np.inf, dtype=np.float32)
        sums = starts[:, None] + sliding_window_view(np.concatenate([ends, beyond]), longest)
        rows = band[span.start : span.stop]
        np.maximum(rows, sums, out=rows)
    return band


def best_spans(
    band: FloatArray,
    extents: IntArray,
    *,
    overlapping: Overlapping,
    widen: Callable[[int, int], tuple[int, int]] | None = None,
) -> Iterator[TokenSpan]:
    """Give spans one by one, best first; of equal ones the earlier, then the shorter.

    Args:
        band: from :func:`span_band`.
        extents: from :func:`character_extents`.
        overlapping: what becomes of spans that share characters with a better one.
        widen: gives the characters of an answer, ``(start, end)``, for those of a span, which are among
            them; it is these that are compared. None for the span's own.
    """
    if not band.size:
        return iter(())
    widen = widen or _unchanged
    if overlapping == "merge":
        return _apart(band.copy(), extents, widen)
    return _distinct(band, extents, widen)


def log_total(band: FloatArray) -> float:
    """Give the logarithm of the sum of ``exp`` over a band: what a span's logit is compared with.

    ``exp(logit - log_total)`` is a softmax over all spans of all windows.
    """
    highest = float(band.max(initial=-np.inf))
    if highest == -np.inf:
        return highest
    return highest + float(np.log(np.exp(band - highest).sum(dtype=np.float64)))


def _unchanged(start: int, end: int) -> tuple[int, int]:
    return start, end


def _apart(
    band: FloatArray, extents: IntArray, widen: Callable[[int, int], tuple[int, int]]
) -> Iterator[TokenSpan]:
    """Take the best span, then the best that shares no character with those taken; spoils the band."""
    longest = band.shape[1]
    taken: list[tuple[int, int]] = []
    while True:
        first, more = divmod(int(band.argmax()), longest)
        logit = float(band[first, more])
        if logit == -np.inf:
            return
        start, end = widen(int(extents[first, 0]), int(extents[first + more, 1]))
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            band[first, more] = -np.inf  # only this one: others that touch it may be widened less
            continue
        taken.append((start, end))
        yield TokenSpan(first, first + more, logit)
        # Tokens may share a character (the bytes of an emoji), so it is characters that are compared.
        touched = np.flatnonzero((extents[:, 0] < end) & (extents[:, 1] > start))
        low, high = int(touched[0]), int(touched[-1])
        for row in range(max(0, low - longest + 1), low):
            band[row, low - row :] = -np.inf
        band[low : high + 1] = -np.inf


def _distinct(
    band: FloatArray, extents: IntArray, widen: Callable[[int, int], tuple[int, int]]
) -> Iterator[TokenSpan]:
    """Give spans in order, the first of those with the same characters."""
    longest = band.shape[1]
    order = np.argsort(-band, axis=None, kind="stable")
    seen: set[tuple[int, int]] = set()
    for cell in order.tolist():
        first, more = divmod(cell, longest)
        logit = float(band[first, more])
        if logit == -np.inf:
            return
        characters = widen(int(extents[first, 0]), int(extents[first + more, 1]))
        if characters not in seen:
            seen.add(characters)
            yield TokenSpan(first, first + more, logit)
