"""A long text in passages that a model can read one at a time, cut where it hurts least.

A passage is as many whole sentences as fit. Only a sentence that does not fit alone is cut: after a line or a clause
if that fills half of the room, else between words, else between characters. So Chinese is cut after its commas, and
Thai, which ends no sentence with a sign, at its blanks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from hfkit.errors import SettingError
from hfkit.values.constraints import require_whole

from .clusters import within_cluster
from .sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["passages"]

_PARAGRAPH = re.compile(r"\n\s*\n|\r\s*\r|[\f\v\u2029]")
# Places inside a sentence: the end of a line, of a clause, of a word.
_LINE = re.compile(r"(?<=\S)(?=\s*[\n\r\u2028\x85])")
_CLAUSE = re.compile(r"[,;:](?=\s)|[，；：、،؛]")
_BLANK = re.compile(r"(?<=\S)(?=\s)")


def passages(
    text: str, *, budget: int, count: Callable[[str], int], together: bool = True
) -> Iterator[tuple[int, int]]:
    r"""Give the passages of a text in order, each as its first character and the one after its last.

    A passage has no blanks around it; all other characters of the text are in exactly one passage. A passage of several
    sentences ends with a paragraph where that fills half of the budget.

    Args:
        text: any text, in any script.
        budget: the most tokens of a passage.
        count: how many tokens a text has. More text should have no fewer tokens: where it does, passages may be shorter
            than they could be, never longer than the budget.
        together: whether a passage may hold several sentences; else each is one of its own.

    Raises:
        SettingError: the budget is no whole number, under 1, or one character alone takes more.

    >>> text = "One. Two, three four.\n\nFive. Six."
    >>> [text[start:end] for start, end in passages(text, budget=4, count=lambda part: len(part.split()))]
    ['One. Two, three four.', 'Five. Six.']
    >>> [text[start:end] for start, end in passages(text, budget=2, count=lambda part: len(part.split()))]
    ['One.', 'Two,', 'three four.', 'Five. Six.']
    """
    require_whole("budget", budget, least=1, required=True)
    ruler = _Ruler(text, budget, count)
    spans = list(sentences(text, longest=max(64, 2 * len(text))))
    ends = [end for _, end in spans]
    number = 0  # the sentence that is next, or has begun
    start = spans[0][0] if spans else 0
    while number < len(ends):
        last = ruler.farthest(start, ends, number, len(ends) if together else number + 1)
        if last < number:
            end = _cut(ruler, start, ends[number])
            yield start, end
            start = _after_blanks(text, end)
            continue
        last = _with_paragraph(ruler, start, ends, number, last)
        yield start, ends[last]
        number = last + 1
        if number < len(ends):
            start = spans[number][0]


class _Ruler:
    """Measures parts of a text in tokens, and guesses well where the next measure will be worth it."""

    def __init__(self, text: str, budget: int, count: Callable[[str], int]) -> None:
        self.text = text
        self.budget = budget
        self._count = count
        self._characters_per_token = 4.0

    def fits(self, start: int, end: int) -> bool:
        return self.tokens(start, end) <= self.budget

    def fills_half(self, start: int, end: int) -> bool:
        return self.budget <= 2 * self.tokens(start, end) <= 2 * self.budget

    def tokens(self, start: int, end: int) -> int:
        tokens = self._count(self.text[start:end])
        if tokens:
            self._characters_per_token = (end - start) / tokens
        return tokens

    def farthest(self, start: int, ends: Sequence[int], first: int, stop: int) -> int:
        """Find the last of ``ends[first:stop]`` up to which the text fits; ``first - 1`` where none does."""
        likely = start + int(self.budget * self._characters_per_token)
        at = min(max(bisect_right(ends, likely, first, stop) - 1, first), stop - 1)
        low, high = first - 1, stop  # what is known to fit, and not to
        step = 1
        while low + 1 < high:
            if self.fits(start, ends[at]):
                low, at = at, at + step
            else:
                high, at = at, at - step
            # As soon as both sides are known, halve what is between.
            at = (low + high) // 2 if first <= low and high < stop else min(max(at, low + 1), high - 1)
            step *= 2
        return low


def _with_paragraph(ruler: _Ruler, start: int, ends: Sequence[int], first: int, last: int) -> int:
    """Go back from the last sentence that fits to one that ends a paragraph, if that fills half of the room."""
    if last + 1 == len(ends):
        return last
    for number in range(last, first - 1, -1):
        end = ends[number]
        if _PARAGRAPH.search(ruler.text, end, _after_blanks(ruler.text, end)):
            return number if ruler.fills_half(start, end) else last
    return last


def _cut(ruler: _Ruler, start: int, stop: int) -> int:
    """Choose where to cut a sentence that does not fit."""
    text = ruler.text
    farthest = start + 1 + ruler.farthest(start, range(start + 1, stop), 0, stop - start - 1)
    if farthest == start:
        tokens = ruler.tokens(start, start + 1)
        raise SettingError(
            f"{text[start]!r} alone takes {tokens} tokens, more than the budget, {ruler.budget}",
            hint="give more tokens",
        )
    for kind in (_LINE, _CLAUSE):
        end = _last_end(kind, text, start, farthest)
        if end > start and ruler.fills_half(start, end):
            return end
    end = _last_end(_BLANK, text, start, farthest)
    if end > start and ruler.fits(start, end):
        return end
    for end in range(farthest, start, -1):
        if not within_cluster(text, end) and ruler.fits(start, end):
            return end
    return farthest


def _last_end(kind: re.Pattern[str], text: str, start: int, farthest: int) -> int:
    """Give the last place of a kind, at most ``farthest``; ``start`` where there is none."""
    end = start
    for match in kind.finditer(text, start + 1, farthest + 1):
        if match.end() <= farthest:
            end = match.end()
    return end


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
