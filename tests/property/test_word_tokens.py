"""Laws of words beside their tokens."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.windows import windows
from hfkit.text.word_tokens import clearest_windows, tokens_of_words

WORDS = st.lists(st.text("abc", min_size=0, max_size=6), min_size=1, max_size=10)


@given(WORDS, st.data())
def test_a_word_begins_with_its_first_token(words: list[str], data: st.DataObject) -> None:
    """However words are cut, each is given its first token: the blank before it, trimmed, or its first character."""
    offsets: list[tuple[int, int]] = []
    expected: list[int | None] = []
    begin = 0
    for word in words:
        cuts = (
            data.draw(st.sets(st.integers(1, max(1, len(word) - 1)), max_size=3)) if len(word) > 1 else set()
        )
        edges = [0, *sorted(cuts), len(word)] if word else []
        expected.append(len(offsets) if word else None)
        if word and data.draw(st.booleans()):
            offsets.append((begin, begin))
        offsets += [(begin + start, begin + end) for start, end in pairwise(edges)]
        begin += len(word) + 1
    assert tokens_of_words(words, offsets) == tuple(expected)


@given(WORDS, st.lists(st.integers(0, 30), max_size=12))
def test_tokens_of_any_kind_give_each_word_one_of_its_own_or_none(words: list[str], cuts: list[int]) -> None:
    """A token that is given begins before its word ends, ends after the blank before it, and is given once."""
    edges = sorted(cuts)
    offsets = list(pairwise(edges))
    found = tokens_of_words(words, offsets)
    assert len(found) == len(words)
    given_ = [token for token in found if token is not None]
    assert given_ == sorted(set(given_))
    begin = 0
    for word, token in zip(words, found, strict=True):
        if token is not None:
            assert offsets[token][0] < begin + len(word)
            assert offsets[token][1] > begin or offsets[token] in ((begin - 1, begin), (begin, begin))
        begin += len(word) + 1


@given(st.integers(1, 80), st.integers(2, 20), st.data())
def test_no_window_shows_more_around_a_token(length: int, size: int, data: st.DataObject) -> None:
    """The window that is chosen holds the token, and no other shows more on the side where it shows less."""
    spans = windows(length, size=size, overlap=data.draw(st.integers(0, size - 1)))
    chosen = clearest_windows(spans)
    assert len(chosen) == length

    def shown(token: int, place: int) -> float:
        span = spans[place]
        if not span.start <= token < span.stop:
            return -1
        left = token - span.start if span.start else float("inf")
        right = span.stop - 1 - token if span.stop < length else float("inf")
        return min(left, right)

    for token, place in enumerate(chosen.tolist()):
        best = [shown(token, other) for other in range(len(spans))]
        assert shown(token, place) == max(best)
        assert place == best.index(max(best))
