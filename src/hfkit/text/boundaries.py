"""Where one sentence ends by its signs: terminators, blank lines, items of lists.

Whether a place is a boundary depends on a bounded neighborhood alone (some 200 characters), so that any part of
a text gives what the whole gives.
"""

from __future__ import annotations

import re
import unicodedata

from .abbreviations import (
    AFTER_ORDINALS,
    BEFORE_NAMES,
    BEFORE_NUMBERS,
    BEFORE_ORDINALS,
    OFTEN_FIRST,
    SOMETIMES_LAST,
)

__all__ = ["boundaries"]

# Of these an end needs no blank after it: Chinese and Japanese, Devanagari, Urdu, Khmer, Myanmar, Tibetan, Ethiopic.
_CLOSED = "。！？｡．︒।॥۔។៕။།።፧"  # full-width forms are meant
_OPEN = ".!?…‽⁇⁈⁉؟։"
_CLOSERS = "\"'”’»›)\\]}」』】〉》〕）］｝＂＇"  # full-width forms are meant
_OPENERS = "\"'“‘„«‹¿¡(\\[{「『《〈（【"  # full-width forms are meant
# What may follow ! and ? without a blank.
_SPACELESS = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff「『《“]")
_GOES_ON = frozenset(",;:)]}，、；：،؛")  # full-width forms are meant
_PARTICLES = frozenset("とっなのをがはにもでや")  # what follows a quotation inside a Japanese sentence
_WITHOUT_TERMINATORS = "\u0e00-\u0eff"  # Thai and Lao end a sentence with a wide blank or with the line

_TERMINATOR = re.compile(f"[{_CLOSED}{_OPEN}]")
# Closing marks, then references: ."[12][13]. German closes with marks that open elsewhere, after a blank.
# French closes with a mark that has a blank on either side.
_TAIL = re.compile(rf"[{_CLOSERS}“«]{{0,4}}(?:[ \xa0\u2009\u202f]»(?=\s|\Z))?(?:\[\d{{1,3}}\]){{0,4}}")
_CLOSED_TAIL = re.compile(rf"[{_CLOSERS}]{{0,4}}(?:\[\d{{1,3}}\]){{0,4}}")
_TAIL_LENGTH = 4 + 2 + 4 * 5
_DIGITS_OF_AN_ORDINAL = 2
_SIGNS_OF_A_NUMBER = "$€£¥#§+−±-"  # the minus is meant
_AHEAD = re.compile(rf"\s{{0,32}}[{_OPENERS}]{{0,3}}((?:[^\W\d_]{{1,24}})?)")
_WORD_BEFORE = re.compile(r"[^\s\"“”‘«»()\[\]{}<>—]*\Z")  # dashes are meant
_FIRST = re.compile(r"(?:^|[\n\r\u2028\x85(\[])[ \t]*\Z")
_WORD_BEFORE_NUMBER = re.compile(r"([^\W\d_]*)[ \xa0]?\Z")

_NEW_LINE = "\n\r\u2028\x85"
_BREAK = re.compile(
    rf"""
      \n(?=[^\S\n]{{0,32}}\n) | \r(?=[^\S\r\n]{{0,32}}\r)                   # a blank line
    | [\v\f\u2029]                                                         # a page, a paragraph
    | [{_NEW_LINE}](?=[ \t]{{0,8}}(?:[-*+•‣▪◦–—]|\d{{1,3}}[.)])[ \t])       # an item of a list
    | (?<=[{_WITHOUT_TERMINATORS}])(?:[{_NEW_LINE}]|[ ]{{2}})
    """,  # dashes that begin items
    re.VERBOSE,
)


def boundaries(text: str, start: int, stop: int) -> list[int]:
    """Find the places after ``start``, up to and including ``stop``, where a sentence ends.

    Args:
        text: any text; only the part between and its neighborhood are read.
        start: a place in the text, 0 being the one before the first character.
        stop: a later place.

    >>> boundaries("Dr. No left. Who? 3.14!", 0, 23)
    [12, 17, 23]
    """
    found = {
        match.start()
        for match in _BREAK.finditer(text, start, min(len(text), stop + 64))
        if start < match.start() <= stop
    }
    for match in _TERMINATOR.finditer(text, max(0, start - _TAIL_LENGTH - 1), stop):
        end = _end_of_tail(text, match.start())
        if start < end <= stop and _ends(text, match.start(), end):
            found.add(end)
    return sorted(found)


def _end_of_tail(text: str, at: int) -> int:
    """Give the place after a terminator's closing marks."""
    tail = _CLOSED_TAIL if text[at] in _CLOSED else _TAIL
    end = next(tail.finditer(text, at + 1)).end()
    # After a closed terminator no blank tells whether a straight quotation mark opens or closes: count.
    if text[at] in _CLOSED and text.startswith('"', at + 1):
        line = max(at - 200, text.rfind("\n", max(0, at - 200), at), 0)
        if text.count('"', line, at) % 2 == 0:
            return at + 1
    return end


def _ends(text: str, at: int, end: int) -> bool:
    """Say whether the terminator at ``at``, whose closing marks reach up to ``end``, ends a sentence."""
    after = text[end : end + 1]
    if after in _GOES_ON or (after and _TERMINATOR.match(after)):
        return False
    if text[at] in _CLOSED:
        quoted = end > at + 1 and after in _PARTICLES
        between_digits = text[at - 1 : at].isdigit() and after.isdigit()
        # Hiragana before a wide period ends a sentence; other writing before it is part of a foreign name.
        names = text[at] == "．" and not "\u3040" <= text[at - 1 : at] <= "\u309f"
        return not (quoted or between_digits or names)
    if after and not after.isspace():
        return text[at] in "!?؟" and bool(_SPACELESS.match(after))
    return _sentence_follows(text, at, end)


def _sentence_follows(text: str, at: int, end: int) -> bool:
    """Say whether what stands after an open terminator and a blank begins a sentence."""
    ahead = next(_AHEAD.finditer(text, end))
    following = text[ahead.start(1) : ahead.start(1) + 1]
    if not following or following.isspace():
        return True
    if following in _GOES_ON or following.islower() or _TERMINATOR.match(following):
        return False
    return text[at] != "." or text[at - 1 : at] == "." or _period_ends(text, at, ahead)


def _period_ends(text: str, at: int, ahead: re.Match[str]) -> bool:
    """Say whether a single period ends a sentence, by the word before it and the one after it."""
    before = next(_WORD_BEFORE.finditer(text, max(0, at - 24), at))
    word = before.group().strip("'’").lower()  # an apostrophe
    number_follows = text[ahead.start(1) : ahead.start(1) + 4].lstrip(_SIGNS_OF_A_NUMBER)[:1].isdigit()
    if word in BEFORE_NAMES or (number_follows and word in BEFORE_NUMBERS):
        return False
    starts = ahead.group(1) in OFTEN_FIRST and not text.startswith(".", ahead.end(1))
    if word in SOMETIMES_LAST or "." in word or _letters(word) == 1:
        return starts
    if word.isdigit() and len(word) <= _DIGITS_OF_AN_ORDINAL:
        return not _counts(text, at - len(word), ahead.group(1))
    return True


def _counts(text: str, start: int, following: str) -> bool:
    """Say whether a short number with a period is that of an item, or an ordinal as German writes it."""
    if _FIRST.search(text, max(0, start - 24), start):
        return True
    before = next(_WORD_BEFORE_NUMBER.finditer(text, max(0, start - 24), start)).group(1)
    ordinal = before.lower() in BEFORE_ORDINALS or following.lower() in AFTER_ORDINALS
    return ordinal and following not in OFTEN_FIRST


def _letters(word: str) -> int:
    """Count letters; digits and anything else make a word that is no initial."""
    letters = [unicodedata.category(character)[0] for character in word]
    return letters.count("L") if set(letters) <= {"L", "M"} else 0
