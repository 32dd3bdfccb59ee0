from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.offsets import character_span, characters_read
from hfkit.text.windows import Window, windows

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from hfkit.engines.tokens import TextTokenizer

LAYOUTS = st.integers(1, 12).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size // 2)))


@st.composite
def some_offsets(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Offsets as tokenizers give them: in order; sharing characters, leaving some out, or empty."""
    offsets = []
    start = end = 0
    for _ in range(draw(st.integers(0, 12))):
        start = draw(st.integers(start, end + 2))
        end = max(end, start + draw(st.integers(0, 3)))
        offsets.append((start, end))
    return offsets


def some_windows(offsets: list[tuple[int, int]]) -> SearchStrategy[Window]:
    """Any window over the tokens of these offsets."""
    stops = st.integers(0, len(offsets))
    return stops.flatmap(lambda stop: st.builds(Window, st.integers(0, stop), st.just(stop)))


@given(text=texts())
def test_every_token_has_offsets_within_the_text(tokenizer: TextTokenizer, text: str) -> None:
    """There is one pair of offsets for each token of ``encode``, and none points outside the text."""
    offsets = tokenizer.offsets(text)
    assert len(offsets) == len(tokenizer.encode([text])[0])
    assert all(0 <= start <= end <= len(text) for start, end in offsets)


@given(text=texts())
def test_offsets_never_go_back(tokenizer: TextTokenizer, text: str) -> None:
    """A later token neither starts nor ends before an earlier one, whatever the script's direction."""
    for left, right in pairwise(tokenizer.offsets(text)):
        assert left[0] <= right[0]
        assert left[1] <= right[1]


@given(text=texts())
def test_nothing_visible_lies_outside_all_tokens(tokenizer: TextTokenizer, text: str) -> None:
    """Each letter, digit, symbol and punctuation mark of a normalized text belongs to some token.

    (Where the text is not normalized, a tokenizer may join two characters and count them as the
    first; the replacement character is what BERT's normalizer drops on purpose.)
    """
    normal = unicodedata.normalize("NFKC", text)
    inside = {character for span in tokenizer.offsets(normal) for character in range(*span)}
    outside = {character for index, character in enumerate(normal) if index not in inside}
    assert not {
        character for character in outside - {"\ufffd"} if unicodedata.category(character)[0] in "LNPS"
    }


@given(text=texts(), layout=LAYOUTS)
def test_spans_of_windows_hold_every_character_of_every_token(
    tokenizer: TextTokenizer, text: str, layout: tuple[int, int]
) -> None:
    """What belongs to any token lies in the span of a window, however the tokens are cut."""
    size, overlap = layout
    offsets = tokenizer.offsets(text)
    spans = [character_span(offsets, window) for window in windows(len(offsets), size=size, overlap=overlap)]
    within = {character for span in spans for character in range(*span)}
    assert {character for span in offsets for character in range(*span)} <= within


@given(text=texts(), layout=LAYOUTS)
def test_spans_of_windows_follow_each_other(
    tokenizer: TextTokenizer, text: str, layout: tuple[int, int]
) -> None:
    """The spans of windows that read something come in the order of the text."""
    size, overlap = layout
    offsets = tokenizer.offsets(text)
    spans = [character_span(offsets, window) for window in windows(len(offsets), size=size, overlap=overlap)]
    for left, right in pairwise(span for span in spans if span != (0, 0)):
        assert left[0] <= right[0]
        assert left[1] <= right[1]


@given(st.data(), some_offsets())
def test_a_span_is_the_smallest_around_its_tokens(
    data: st.DataObject, offsets: list[tuple[int, int]]
) -> None:
    """A window's span holds the span of each of its tokens, and begins and ends with one of them."""
    window = data.draw(some_windows(offsets))
    visible = [span for span in offsets[window.start : window.stop] if span[0] < span[1]]
    assume(visible)
    start, end = character_span(offsets, window)
    assert all(start <= span[0] and span[1] <= end for span in visible)
    assert start in {span[0] for span in visible}
    assert end in {span[1] for span in visible}


@given(st.data(), some_offsets())
def test_a_window_that_shows_no_character_has_an_empty_span(
    data: st.DataObject, offsets: list[tuple[int, int]]
) -> None:
    """Tokens without characters give ``(0, 0)``, and only they do."""
    window = data.draw(some_windows(offsets))
    visible = any(start < end for start, end in offsets[window.start : window.stop])
    assert (character_span(offsets, window) == (0, 0)) == (not visible)


@given(text=texts(), data=st.data())
def test_more_tokens_read_no_fewer_characters(
    tokenizer: TextTokenizer, text: str, data: st.DataObject
) -> None:
    """The count of characters read never falls with the tokens kept, and is never over the text's."""
    offsets = tokenizer.offsets(text)
    more = data.draw(st.integers(0, len(offsets)))
    fewer = data.draw(st.integers(0, more))
    total = len(text)
    counts = [characters_read(offsets, kept, total=total) for kept in (fewer, more)]
    assert 0 <= counts[0] <= counts[1] <= total


@given(text=texts())
def test_all_tokens_read_all_characters(tokenizer: TextTokenizer, text: str) -> None:
    """With every token kept, every character was read, blanks at the end included."""
    offsets = tokenizer.offsets(text)
    assert characters_read(offsets, len(offsets), total=len(text)) == len(text)


@given(text=texts(), data=st.data())
def test_a_cut_text_is_never_read_whole(tokenizer: TextTokenizer, text: str, data: st.DataObject) -> None:
    """With a token left out, some character was not read: a character is, once all its tokens are."""
    offsets = tokenizer.offsets(text)
    assume(offsets)
    kept = data.draw(st.integers(0, len(offsets) - 1))
    assert characters_read(offsets, kept, total=len(text)) < len(text)


@given(text=texts(), data=st.data())
def test_what_was_read_needs_no_token_that_was_cut(
    tokenizer: TextTokenizer, text: str, data: st.DataObject
) -> None:
    """No token that was left out shows a character that counts as read."""
    offsets = tokenizer.offsets(text)
    assume(offsets)
    kept = data.draw(st.integers(0, len(offsets) - 1))
    read = characters_read(offsets, kept, total=len(text))
    assert all(read <= start for start, end in offsets[kept:] if start < end)
