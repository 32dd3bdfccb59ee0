"""Words as rows: every window, and for each word the place where its label is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hfkit.engines.tagged_words import WordReader
from hfkit.engines.tokens import open_tokenizer
from hfkit.errors import EmptyInputError, InputError, InputTooLongError, SettingError
from hfkit.hub.resolve import resolve
from hfkit.testing import write_fake_tagger
from hfkit.values.runtime import Runtime

if TYPE_CHECKING:
    from hfkit.engines.tokens import TextTokenizer

WORDS = ["the", "old", "unhappily", "\u200b", "city"]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> TextTokenizer:
    folder = resolve(write_fake_tagger(tmp_path_factory.mktemp("tagger") / "model"), offline=True)
    return open_tokenizer(object(), folder, Runtime())


def test_each_word_has_a_place_in_one_row(tokenizer: TextTokenizer) -> None:
    (whole,) = WordReader(tokenizer, window=64).read([WORDS])
    (long,) = WordReader(tokenizer, window=6).read([WORDS])
    assert len(whole.rows) == 1
    assert len(long.rows) > 1
    assert whole.places[3] is None
    assert long.places[3] is None
    for one, other in zip(whole.places, long.places, strict=True):
        if one is not None and other is not None:
            assert whole.rows[0].ids[one[1]] == long.rows[other[0]].ids[other[1]]


@pytest.mark.parametrize(
    ("words", "window", "kind", "message"),
    [
        (["\u200b"], 64, EmptyInputError, "input 8 gives no tokens"),
        ([], 64, EmptyInputError, "input 8 is empty"),
        (["city"] * 10_000, 4, InputTooLongError, "input 8 makes 9,999 windows"),
    ],
)
def test_what_cannot_be_read_says_where(
    tokenizer: TextTokenizer, words: list[str], window: int, kind: type[InputError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        WordReader(tokenizer, window=window).read([["city"], words], first_index=7)
    assert caught.value.index == 8


def test_a_window_needs_room(tokenizer: TextTokenizer) -> None:
    with pytest.raises(SettingError, match="a window of 2 tokens leaves no room beside 2 special tokens"):
        WordReader(tokenizer, window=2).read([["city"]])
