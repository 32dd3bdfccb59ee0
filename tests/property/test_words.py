from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.words import extend_to_words

_PIECES = [
    *(
        "a",
        "b",
        "Z",
        "3",
        "_",
        "'",
        "’",
        "-",
        ".",
        ",",
        "é",
        "e\u0301",
        "\u0301",
        "\u200d",
        "\u200c",
        "\u00ad",
        "·",
    ),
    *("京", "か", "カ", "ท", "ท\u0e49", "က", "ខ", "ຂ", "བ", "국", "ש״", "क", "ि", "👍🏽", "،"),
]
MIXED = st.lists(st.sampled_from([*_PIECES, " ", "\n", "\u3000"]), max_size=30).map("".join) | texts(
    max_size=40
)
_SPACELESS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "BOPOMOFO", "YI ")


@st.composite
def spans(draw: st.DrawFn, texts_: st.SearchStrategy[str] = MIXED) -> tuple[str, int, int]:
    """Draw a text and a span in it."""
    text = draw(texts_)
    start = draw(st.integers(0, len(text)))
    return text, start, draw(st.integers(start, len(text)))


@given(spans())
def test_the_span_is_kept(span: tuple[str, int, int]) -> None:
    """Widening adds characters and takes none away."""
    text, start, end = span
    first, last = extend_to_words(*span)
    assert 0 <= first <= start <= end <= last <= len(text)


@given(spans())
def test_widening_twice_is_widening_once(span: tuple[str, int, int]) -> None:
    """What is widened is whole already."""
    widened = extend_to_words(*span)
    assert extend_to_words(span[0], *widened) == widened


@given(spans())
def test_no_blank_is_added(span: tuple[str, int, int]) -> None:
    """What is added are parts of words, never blanks or ends of lines."""
    text, start, end = span
    first, last = extend_to_words(*span)
    assert not any(map(str.isspace, text[first:start] + text[end:last]))


@given(spans())
def test_nothing_of_a_script_without_blanks_is_added_but_for_a_mark(span: tuple[str, int, int]) -> None:
    """Han, kana, Thai and the like are added only as a mark, or as the base of one that the span begins with."""
    text, start, end = span
    first, last = extend_to_words(*span)

    def spaceless(place: int) -> bool:
        character = text[place]
        return (
            unicodedata.category(character)[0] == "L"
            and unicodedata.name(character, "").startswith(_SPACELESS)
            and "\u200d" not in text[place - 1 : place + 2]
        )

    def marked(place: int) -> bool:
        after = text[place + 1 : place + 2]
        return bool(after) and (unicodedata.category(after)[0] == "M" or after in "\u200c\u200d🏽")

    assert not any(spaceless(place) for place in range(end, last))
    assert not any(spaceless(place) and not marked(place) for place in range(first, start))


@given(spans())
def test_no_mark_is_parted_from_its_base(span: tuple[str, int, int]) -> None:
    """Neither does a widened span begin with a mark that belongs to a character before it, nor end before one."""
    text, start, end = span
    first, last = extend_to_words(*span)
    for place in {first, last} if start < end else ():
        if 0 < place < len(text) and not text[place - 1].isspace():
            assert unicodedata.category(text[place])[0] != "M"


@given(spans())
def test_between_blanks_nothing_changes(span: tuple[str, int, int]) -> None:
    """A span with a blank, or the text's end, on both sides is whole."""
    text, start, end = span
    apart = f"{text[:start]} {text[start:end]} {text[end:]}"
    assert extend_to_words(apart, start + 1, end + 1) == (start + 1, end + 1)


_WORD = re.compile(
    r"\w+(?:(?:(?<=[a-zA-Z_])['-](?=[a-zA-Z_])|(?<=[a-zA-Z_])-(?=\d)|(?<=\d)-(?=[a-zA-Z_])|(?<=\d)[.,'](?=\d))\w+)*",
    re.ASCII,
)


@given(spans(st.text("ab_19'-., ", max_size=30)))
def test_plain_text_is_widened_to_the_words_that_a_pattern_finds(span: tuple[str, int, int]) -> None:
    """In ASCII a word is what the rules, written as one regular expression, find; a span that cuts one gets it all."""
    text, start, end = span
    first, last = start, end
    for word in _WORD.finditer(text):
        if start < end and word.start() < start < word.end():
            first = word.start()
        if start < end and word.start() < end < word.end():
            last = word.end()
    assert extend_to_words(*span) == (first, last)
