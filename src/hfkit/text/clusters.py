"""Which characters hang together: a mark on its base, the parts of one emoji."""

from __future__ import annotations

import unicodedata

__all__ = ["is_mark", "widen_to_clusters", "within_cluster"]

_FIRST_MARK = "\u0300"  # no character before this one hangs on another
_JOINER = "\u200d"
_JOINERS = frozenset("\u200c\u200d")
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # two make a flag
_MOST_FLAG_LETTERS = 1000  # an even number; a text of nothing else is not counted from its start
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_LONGEST = 100


def is_mark(character: str) -> bool:
    """Say whether a character hangs on the one before it."""
    return character >= _FIRST_MARK and (
        unicodedata.category(character)[0] == "M" or character in _JOINERS or ord(character) in _SKIN_TONES
    )


def within_cluster(text: str, place: int) -> bool:
    r"""Say whether the characters before and after a place hang together.

    >>> within_cluster("Cafe\u0301", 4), within_cluster("Cafe\u0301", 3)
    (True, False)
    """
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if (after < _FIRST_MARK and before != _JOINER) or before.isspace() or after.isspace():
        return False
    return is_mark(after) or before == _JOINER or _within_flag(text, place)


def widen_to_clusters(text: str, start: int, end: int) -> tuple[int, int]:
    r"""Widen a span, one that is not empty, so that it parts no mark from its base and no emoji.

    What hangs together for more than 100 characters is no writing: that side stays as it is.

    >>> widen_to_clusters("Cafe\u0301 open", 0, 4)
    (0, 5)
    """
    first, last = start, end
    while start - first <= _LONGEST and within_cluster(text, first):
        first -= 1
    while last - end <= _LONGEST and within_cluster(text, last):
        last += 1
    return (first if start - first <= _LONGEST else start, last if last - end <= _LONGEST else end)


def _within_flag(text: str, place: int) -> bool:
    """Say whether a place stands between the two letters of a flag: flags are counted off from the first."""
    if text[place] not in _FLAG_LETTERS:
        return False
    before = text[max(0, place - _MOST_FLAG_LETTERS) : place]
    return (len(before) - len(before.rstrip(_FLAG_LETTERS))) % 2 == 1
