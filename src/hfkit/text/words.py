"""Where words begin and end, in scripts that write them apart."""

from __future__ import annotations

import unicodedata

from .clusters import is_mark, within_cluster

__all__ = ["extend_to_words", "within_word", "word_kind"]

# Scripts without blanks between words, and what is written among them: code points, the last one included.
_SPACELESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x1AAF),  # Tai Le, New Tai Lue, Khmer symbols, Buginese, Tai Tham
    (0x1B00, 0x1B7F),  # Balinese
    (0x2E80, 0x30FF),  # radicals, ideographic marks, Hiragana, Katakana
    (0x3100, 0x312F),  # Bopomofo
    (0x3190, 0xA4CF),  # Bopomofo, Katakana, Han, Yi
    (0xA980, 0xA9FF),  # Javanese, Myanmar
    (0xAA60, 0xAADF),  # Myanmar, Tai Viet
    (0xF900, 0xFAFF),  # Han
    (0xFF66, 0xFF9F),  # Katakana, half as wide
    (0x16FE0, 0x18DFF),  # Tangut, Khitan
    (0x1AFF0, 0x1B2FF),  # Hiragana, Katakana, Nushu
    (0x20000, 0x3FFFF),  # Han
)
_APOSTROPHES = frozenset(
    "'\u2019\u05f3\u05f4\u00b7\u00ad"
)  # with geresh, gershayim, Catalan's dot, the soft hyphen
_HYPHENS = frozenset("-\u2010\u2011")
_SEPARATORS = frozenset(".,'\u2019\u066b\u066c")  # of decimals and thousands
_LONGEST_WORD = 100


def extend_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole words.

    A word is a run of letters, digits and underscores, in which may stand

    - an apostrophe between letters (*don't*, *l'eau*), or its like: geresh, middle dot, soft hyphen;
    - a hyphen between letters, or between a letter and a digit (*well-known*, *COVID-19*; not *1914-1918*);
    - a separator between digits (*3.14*, *1,000*; not the period of *U.S.*, nor the one that ends a sentence).

    In scripts that write words without blanks between them (Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar,
    Tibetan and others) nothing is added but what a mark needs, and a word of another script ends there. In
    any script a mark is not parted from its base, nor are the parts of one emoji. Blanks are never added.

    Args:
        text: any text.
        start: the span's first character.
        end: the character after its last; an empty span stays as it is.

    Returns:
        The first character and the one after the last. What runs on for more than 100 characters on one
        side is no word: that side stays as it is.

    Raises:
        ValueError: the span does not lie within the text.

    >>> extend_to_words("It isn't 3.14.", 4, 10)
    (3, 13)
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"span is ({start}, {end}), must lie within a text of {len(text)} characters")
    if start == end:
        return start, end
    first, last = start, end
    while start - first <= _LONGEST_WORD and within_word(text, first):
        first -= 1
    while last - end <= _LONGEST_WORD and within_word(text, last):
        last += 1
    return (
        first if start - first <= _LONGEST_WORD else start,
        last if last - end <= _LONGEST_WORD else end,
    )


def within_word(text: str, place: int) -> bool:
    """Say whether the characters before and after a place belong to one word, by the rules of :func:`extend_to_words`.

    >>> [place for place in range(6) if not within_word("don't!", place)]
    [0, 5]
    """
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if before.isspace() or after.isspace():
        return False
    if within_cluster(text, place):
        return True
    left, right = _kind_before(text, place), word_kind(after)
    if left and right:
        return True
    if left:
        return _connects(left, after, word_kind(text[place + 1 : place + 2]))
    return bool(right) and _connects(_kind_before(text, place - 1), before, right)


def _connects(left: str, between: str, right: str) -> bool:
    """Say whether a sign stands inside a word, by the kinds of what is on either side."""
    match left + right:
        case "LL":
            return between in _APOSTROPHES or between in _HYPHENS
        case "LN" | "NL":
            return between in _HYPHENS
        case "NN":
            return between in _SEPARATORS
        case _:
            return False


def _kind_before(text: str, place: int) -> str:
    """Give the kind of the character before a place, its marks passed over."""
    at = place - 1
    while at > 0 and place - at < _LONGEST_WORD and is_mark(text[at]):
        at -= 1
    return word_kind(text[at : at + 1]) if at >= 0 else ""


def word_kind(character: str) -> str:
    """Give "L" for a letter or an underscore, "N" for a digit; nothing for what else there is.

    Letters of scripts without blanks between words are none.

    >>> word_kind("a"), word_kind("7"), word_kind("京")
    ('L', 'N', '')
    """
    if not character or any(first <= ord(character) <= last for first, last in _SPACELESS):
        return ""
    if character == "_":
        return "L"
    category = unicodedata.category(character)[0]
    return category if category in "LN" else ""
