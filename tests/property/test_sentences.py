from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.sentences import sentence_around, sentences

_PIECES = (
    *(
        "One",
        "two",
        "Dr.",
        "e.g.",
        "U.S.",
        "J.",
        "3.14",
        "18.",
        "The",
        "etc.",
        "Inc.",
        "he",
        "No.",
        "12",
        "...",
    ),
    *(
        ".",
        "!",
        "?",
        "…",
        "。",
        "！",
        "।",
        "؟",
        "۔",
        "．",
        '"',
        "”",
        "“",
        "」",
        "「",
        ")",
        "(",
        "[1]",
        ",",
        ";",
    ),  # meant
    *(" ", " ", " ", "  ", "\n", "\n\n", "\r\n\r\n", "\n- ", "\n1. ", "\t", "\u3000", "\u2029"),
    *("你好", "です", "とても", "ครับ", "ไทย", "यह", "नमस्ते", "سلام", "e\u0301", "\u200d", "x" * 30, "а", "Он"),
)
PROSE = st.lists(st.sampled_from(_PIECES), max_size=80).map("".join) | texts(max_size=200)
LONGEST = st.sampled_from([64, 65, 100, 1000])


@given(PROSE, LONGEST)
def test_every_character_is_in_one_sentence(text: str, longest: int) -> None:
    """Sentences come in order without sharing characters, and only blanks are in none."""
    covered = [place for start, end in sentences(text, longest=longest) for place in range(start, end)]
    assert covered == sorted(set(covered))
    assert all(text[place].isspace() for place in set(range(len(text))) - set(covered))


@given(PROSE, LONGEST)
def test_no_sentence_is_empty_or_too_long_or_has_blanks_around_it(text: str, longest: int) -> None:
    """A sentence begins and ends with a character that is no blank, and has at most ``longest``."""
    for start, end in sentences(text, longest=longest):
        assert 0 < end - start <= longest
        assert text[start:end].strip() == text[start:end]


@given(PROSE, LONGEST, st.data())
def test_the_sentence_around_a_part_of_a_sentence_is_that_sentence(
    text: str, longest: int, data: st.DataObject
) -> None:
    """Whatever span inside a sentence is asked about, the answer is what reading the whole text gives."""
    found = list(sentences(text, longest=longest))
    assume(found)
    start, end = data.draw(st.sampled_from(found))
    first = data.draw(st.integers(start, end - 1))
    last = data.draw(st.integers(first + 1, end))
    assert sentence_around(text, first, last, longest=longest) == (start, end)


@given(PROSE, LONGEST, st.data())
def test_a_span_over_several_sentences_gives_them_all(text: str, longest: int, data: st.DataObject) -> None:
    """From the first sentence that the span touches to the last, and nothing more."""
    found = list(sentences(text, longest=longest))
    assume(found)
    left = data.draw(st.integers(0, len(found) - 1))
    right = data.draw(st.integers(left, len(found) - 1))
    first = data.draw(st.integers(found[left][0], found[left][1] - 1))
    last = data.draw(st.integers(max(first, found[right][0]) + 1, found[right][1]))
    assert sentence_around(text, first, last, longest=longest) == (found[left][0], found[right][1])


@given(PROSE, LONGEST, st.data())
def test_the_sentence_around_any_span_holds_it(text: str, longest: int, data: st.DataObject) -> None:
    """All but the blanks around a span is in what is given for it; to ask for that again changes nothing."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last = sentence_around(text, start, end, longest=longest)
    assert text[first:last].strip() == text[first:last]
    if inside := text[start:end].strip():
        assert first <= start + text[start:end].index(inside)
        assert start + text[start:end].index(inside) + len(inside) <= last
    if first < last:
        assert sentence_around(text, first, last, longest=longest) == (first, last)


@given(PROSE, PROSE, PROSE, st.data())
def test_what_is_far_away_does_not_matter(near: str, far: str, other: str, data: st.DataObject) -> None:
    """Only the neighborhood is read: other text more than two cells and a few words away changes nothing."""
    longest, margin = 64, "word and " * 60
    size = max(len(far), len(other))
    start = data.draw(st.integers(0, len(near)))
    end = data.draw(st.integers(start, len(near)))
    shift = size + len(margin)
    answers = {
        sentence_around(
            around.ljust(size, "x") + margin + near + margin + around,
            start + shift,
            end + shift,
            longest=longest,
        )
        for around in (far, other)
    }
    assert len(answers) == 1


@given(
    st.lists(st.sampled_from(_PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(_PIECES), max_size=14).map("".join),
)
def test_paragraphs_do_not_touch_each_other(first: str, second: str) -> None:
    """A text of two paragraphs has the sentences of the one and those of the other."""
    shift = len(first) + 2
    assume(shift + len(second) <= 500)  # longer ones may be cut elsewhere
    moved = [(start + shift, end + shift) for start, end in sentences(second)]
    assert list(sentences(f"{first}\n\n{second}")) == [*sentences(first), *moved]
