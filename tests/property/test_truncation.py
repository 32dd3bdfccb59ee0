from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from hfkit.text.truncation import longest_first

TOKENS = st.integers(0, 60)
ROOM = st.integers(0, 130)


@given(TOKENS, TOKENS, ROOM)
def test_kept_tokens_fill_the_room_and_never_exceed_it(first: int, second: int, room: int) -> None:
    """As many tokens are kept as there are or as there is room for."""
    assert sum(longest_first(first, second, room=room)) == min(first + second, room)


@given(TOKENS, TOKENS, ROOM)
def test_a_text_keeps_no_more_than_it_has(first: int, second: int, room: int) -> None:
    """Of each text from none to all of its tokens are kept."""
    kept_first, kept_second = longest_first(first, second, room=room)
    assert 0 <= kept_first <= first
    assert 0 <= kept_second <= second


@given(TOKENS, TOKENS, ROOM)
def test_only_the_longer_is_cut(first: int, second: int, room: int) -> None:
    """A text that was cut still has as many tokens as the other, or one fewer where the room is odd."""
    kept_first, kept_second = longest_first(first, second, room=room)
    if kept_first < first:
        assert kept_first >= kept_second - room % 2
    if kept_second < second:
        assert kept_second >= kept_first - room % 2


_TOKENIZER = Tokenizer(models.WordLevel({"word": 0}, unk_token="word"))  # noqa: S106


@given(TOKENS, TOKENS, ROOM)
def test_longest_first_is_that_of_the_tokenizers_library(first: int, second: int, room: int) -> None:
    """Each text keeps as many tokens as the library's own ``longest_first`` leaves it."""
    _TOKENIZER.enable_truncation(room, strategy="longest_first")
    encoding = _TOKENIZER.encode(["word"] * first, ["word"] * second, is_pretokenized=True)
    theirs = encoding.sequence_ids.count(0), encoding.sequence_ids.count(1)
    assert longest_first(first, second, room=room) == theirs
