"""Laws of a text that is cut into words."""

from __future__ import annotations

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.clusters import within_cluster
from hfkit.text.word_splitting import split_words
from hfkit.text.words import within_word

# Letters, signs and blanks that the rules are about.
SIGNS = st.text("aB1_ .,'-&/@:!()\u2019é京\u0301", max_size=30)
TEXTS = texts() | SIGNS


@given(TEXTS)
def test_words_share_nothing_and_leave_out_blanks_alone(text: str) -> None:
    """Words follow each other, none is empty, and what is not in one is a blank."""
    before = 0
    for start, end in split_words(text):
        assert before <= start < end
        assert not text[before:start].strip()
        assert not any(character.isspace() for character in text[start:end])
        before = end
    assert not text[before:].strip()


@given(TEXTS)
def test_no_mark_is_parted_from_its_base(text: str) -> None:
    """Where a word begins or ends, no two characters hang together."""
    for start, end in split_words(text):
        assert not within_cluster(text, start)
        assert not within_cluster(text, end)


@given(st.text("aB1_ ,'-;$(é", max_size=30))
def test_words_are_those_that_spans_are_widened_to(text: str) -> None:
    """Without what the data of taggers do otherwise, words are cut as spans are widened, in ASCII or not."""
    assume(not re.search(r"''|--|\d-\d", text))
    whole = {place for place, sign in enumerate(text) if not sign.isspace() and not within_word(text, place)}
    assert {start for start, _ in split_words(text)} == whole


@given(TEXTS)
def test_words_stay_as_they_are_when_they_are_cut_again(text: str) -> None:
    """The words with blanks between them are the same words: what is read is what was cut."""
    words = [text[start:end] for start, end in split_words(text)]
    again = " ".join(words)
    assert [again[start:end] for start, end in split_words(again)] == words
