"""The sentences of a text, and the sentence around a part of it, without a model.

A sentence goes from one boundary to the next. Boundaries are what :func:`~hfkit.text.boundaries.boundaries` finds;
and a text without them, such as a table or a list of words, is cut too. For that it is laid out in cells of
equal width, and a cell in which no sentence ends gets a cut of its own, at the best place that it has. So a
boundary can be found by looking at one cell, however long the text is, and no sentence is longer than two.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from hfkit.values.constraints import require_whole

from .boundaries import boundaries

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["sentence_around", "sentences"]

# Where a cell without an end is cut, the best kind of place first.
_PLACES = [re.compile(kind) for kind in (r"[\n\r]", r"\s{2}", r"[;:]\s|[；：、，]", r",\s", r"\s")]  # meant
_LONGEST_CLUSTER = 16


def sentences(text: str, *, longest: int = 1000) -> Iterator[tuple[int, int]]:
    """Give the sentences of a text in order, each as its first character and the one after its last.

    A sentence has no blanks around it; all other characters of the text are in exactly one sentence.

    Args:
        text: any text. Terminators of many scripts are known; a period after an abbreviation, an initial
            or in a number ends nothing, a blank line or an item of a list ends a sentence, a single end
            of line does not. Thai and Lao end with the line, or with two blanks.
        longest: the most characters of a sentence; one of up to half as many, the blanks before it counted, is
            never cut.

    Raises:
        SettingError: ``longest`` is no whole number, or under 64.

    >>> text = "It costs $3.14, e.g. at Dr. Li's. Really? 是的。好！"
    >>> [text[start:end] for start, end in sentences(text)]
    ["It costs $3.14, e.g. at Dr. Li's.", 'Really?', '是的。', '好！']
    """
    width = _width_of_cell(longest)
    start = 0
    for cell in range(-(-len(text) // width)):
        for end in _cell(text, cell, width=width):
            first, last = _trimmed(text, start, end)
            if first < last:
                yield first, last
            start = end


def sentence_around(text: str, start: int, end: int, *, longest: int = 1000) -> tuple[int, int]:
    """Give the sentence around a span, or from the first to the last of the sentences that it touches.

    Only the neighborhood of the span is read. For a span inside one sentence it is the sentence that
    :func:`sentences` gives; blanks around a span do not count. A span of blanks alone gives the sentence
    after it, or an empty span where there is none nearby.

    Args:
        text: any text.
        start: the span's first character.
        end: the character after its last.
        longest: the most characters of a sentence; one of up to half as many, the blanks before it counted, is
            never cut.

    Returns:
        The first character and the one after the last.

    Raises:
        ValueError: the span does not lie within the text.
        SettingError: ``longest`` is no whole number, or under 64.

    >>> text = "It is old. It was founded in A.D. 79 by Dr. Li. Ask him."
    >>> start, end = sentence_around(text, 34, 36)
    >>> text[start:end]
    'It was founded in A.D. 79 by Dr. Li.'
    """
    width = _width_of_cell(longest)
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"span is ({start}, {end}), must lie within a text of {len(text)} characters")
    first, last = _trimmed(text, start, end)
    left = _last_boundary(text, first, width=width)
    right = _first_boundary(text, max(last, min(first + 1, len(text))), width=width)
    return _trimmed(text, left, right)


def _width_of_cell(longest: int) -> int:
    require_whole("longest", longest, least=64)
    return longest // 2


def _cell(text: str, cell: int, *, width: int) -> list[int]:
    """Give the boundaries after the first place of a cell, up to and including its last: at least one."""
    start = cell * width
    stop = min(start + width, len(text))
    found = boundaries(text, start, stop)
    if stop == len(text):
        return [*found, stop] if stop not in found else found
    return found or [_cut(text, start, stop)]


def _cut(text: str, start: int, stop: int) -> int:
    """Choose where to cut a cell in which no sentence ends."""
    for place in _PLACES:
        ends = [match.end() for match in place.finditer(text, start, stop)]
        if ends:
            return ends[-1]
    for end in range(stop, stop - _LONGEST_CLUSTER, -1):
        if unicodedata.category(text[end])[0] != "M" and "\u200d" not in text[end - 1 : end + 1]:
            return end
    return stop


def _last_boundary(text: str, place: int, *, width: int) -> int:
    """Find the last boundary that is not after a place."""
    for cell in range((place - 1) // width, -1, -1):
        found = [boundary for boundary in _cell(text, cell, width=width) if boundary <= place]
        if found:
            return found[-1]
    return 0


def _first_boundary(text: str, place: int, *, width: int) -> int:
    """Find the first boundary that is not before a place."""
    for cell in range(max(place - 1, 0) // width, -(-len(text) // width)):
        found = [boundary for boundary in _cell(text, cell, width=width) if boundary >= place]
        if found:
            return found[0]
    return len(text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out the blanks around a span; one of blanks alone ends where it starts."""
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end
