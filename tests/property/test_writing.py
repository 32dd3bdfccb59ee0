from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.lookup import guess
from hfkit.text.pieces import TextPieces
from hfkit.text.stopping import StopWatch

if TYPE_CHECKING:
    from collections.abc import Sequence

# Few letters, so that stop strings are there, overlap, and begin without going on.
LETTERS = st.text(alphabet="abc", max_size=30)
STOPS = st.lists(st.text(alphabet="abc", min_size=1, max_size=4), min_size=1, max_size=3)


def cut(text: str, places: Sequence[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


def decode(ids: Sequence[int]) -> str:
    return bytes(ids).decode("utf-8", errors="replace")


@given(LETTERS, STOPS, st.lists(st.integers(0, 30)))
def test_a_text_ends_before_its_first_stop_string(text: str, stops: list[str], places: list[int]) -> None:
    """Wherever the pieces meet, what is given is the text before the stop string that begins first."""
    watch = StopWatch(stops)
    given_ = "".join(map(watch.push, cut(text, places))) + watch.finish()
    first = re.search("|".join(map(re.escape, stops)), text)
    assert given_ == (text if first is None else text[: first.start()])
    assert watch.stopped == (first is not None)


@given(LETTERS, STOPS, st.lists(st.integers(0, 30)))
def test_what_is_given_is_never_taken_back(text: str, stops: list[str], places: list[int]) -> None:
    """What was given so far is the beginning of all that is given in the end."""
    watch, given_ = StopWatch(stops), ""
    first = re.search("|".join(map(re.escape, stops)), text)
    whole = text if first is None else text[: first.start()]
    for piece in cut(text, places):
        given_ += watch.push(piece)
        assert whole.startswith(given_)


@given(texts(), st.integers(0, 5))
def test_pieces_add_up_to_the_text(text: str, context: int) -> None:
    """All pieces together are the text, and none ends within a character."""
    data = text.encode("utf-8")
    before = "für".encode()[:context] if context != 2 else b"f"
    pieces = TextPieces(decode, before)
    given_ = [piece for piece in map(pieces.push, data) if piece]
    assert "".join(given_) + pieces.finish() == text
    assume("\N{REPLACEMENT CHARACTER}" not in text)
    assert all("\N{REPLACEMENT CHARACTER}" not in piece for piece in given_)


@given(texts(), st.integers(0, 100))
def test_half_a_character_at_the_end_is_shown_as_such(text: str, place: int) -> None:
    """A text that is cut within a character ends in a replacement character, given with the last piece."""
    data = text.encode("utf-8")[:place]
    pieces = TextPieces(decode)
    given_ = "".join(map(pieces.push, data))
    assert given_ + pieces.finish() == decode(data)


@given(texts(), st.integers(0, 40))
def test_a_copy_goes_on_alike(text: str, place: int) -> None:
    """A copy made at any place gives the same pieces from there on, and leaves the first alone."""
    data = text.encode("utf-8")
    first = TextPieces(decode)
    for byte in data[:place]:
        first.push(byte)
    twin = first.copy()
    rest = [twin.push(byte) for byte in data[place:]] + [twin.finish()]
    assert rest == [first.push(byte) for byte in data[place:]] + [first.finish()]


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 6))
def test_a_guess_came_after_the_same_tokens(tokens: list[int], most: int) -> None:
    """What is guessed stands in the text, behind the last two tokens where they came before."""
    found = guess(np.array(tokens, dtype=np.int64), most=most)
    assert len(found) <= most
    if found:
        run = tokens[-2:] + found
        assert any(tokens[place : place + len(run)] == run for place in range(len(tokens) - len(run) + 1))
    elif most and len(tokens) > 2:
        assert all(tokens[place : place + 2] != tokens[-2:] for place in range(len(tokens) - 2))
