from __future__ import annotations

import pytest

from hfkit.text.offsets import character_span, characters_read
from hfkit.text.windows import Window

# "Hi \N{THUMBS UP SIGN}!" in bytes: the emoji is one character and four tokens.
EMOJI = [(0, 2), (2, 3), (3, 4), (3, 4), (3, 4), (3, 4), (4, 5)]


def test_tokens_of_one_character_have_its_span() -> None:
    assert character_span(EMOJI, Window(3, 5)) == (3, 4)


def test_tokens_without_a_character_do_not_stretch_the_span() -> None:
    assert character_span([(0, 0), (4, 6), (9, 9)], Window(0, 3)) == (4, 6)


@pytest.mark.parametrize("window", [Window(0, 0), Window(0, 1), Window(5, 5)])
def test_where_no_token_shows_a_character_the_span_is_empty(window: Window) -> None:
    assert character_span([(3, 3)], window) == (0, 0)


def test_no_token_kept_is_no_character_read() -> None:
    assert characters_read(EMOJI, 0, total=5) == 0


def test_all_tokens_kept_are_all_characters_even_those_no_token_shows() -> None:
    assert characters_read([(1, 3)], 1, total=9) == 9
    assert characters_read([], 0, total=9) == 9


def test_a_blank_after_the_last_kept_token_is_not_read() -> None:
    assert characters_read([(0, 3), (4, 7), (8, 11)], 1, total=11) == 3


@pytest.mark.parametrize("kept", [2, 3, 4, 5])
def test_a_character_is_read_once_all_its_tokens_are(kept: int) -> None:
    assert characters_read(EMOJI, kept, total=5) == 3
    assert characters_read(EMOJI, 6, total=5) == 4


def test_half_a_character_does_not_make_a_text_complete() -> None:
    assert characters_read([(0, 1), (0, 1)], 1, total=1) == 0
