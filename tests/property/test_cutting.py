from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from hfkit.backends.cutting import TooShortError, cut_pair
from hfkit.backends.encoding import Room
from hfkit.backends.library import STRATEGIES, from_library
from hfkit.testing.strategies import texts
from hfkit.values.padding import Side
from hfkit.values.truncation import Cut

if TYPE_CHECKING:
    import tokenizers

CUTS: st.SearchStrategy[Cut] = st.sampled_from(["longest_first", "first", "second"])
SIDES: st.SearchStrategy[Side] = st.sampled_from(["left", "right"])
TEXTS = texts(max_size=30)


def columns(encoding: tokenizers.Encoding) -> list[Any]:
    """All that an encoding says of its tokens."""
    made = from_library(encoding)
    return [getattr(made, name) for name in made.__slots__]


@st.composite
def rooms(draw: st.DrawFn) -> Room:
    """Little room, cut anyhow."""
    return Room(draw(st.integers(4, 20)), 0, draw(CUTS), draw(SIDES), further=False)


def by_the_library(
    library: Tokenizer, pair: tuple[str, str], room: Room, *, special_tokens: bool
) -> list[Any] | None:
    """What the library itself makes of a pair; None where it refuses."""
    library.enable_truncation(room.tokens, strategy=STRATEGIES[room.cut], direction=room.side)
    try:
        whole = library.encode(*pair, add_special_tokens=special_tokens)
    except Exception as error:
        if "Truncation error" not in str(error):
            raise
        return None
    finally:
        library.no_truncation()
    return [*columns(whole), bool(whole.overflowing)]


@given(pair=st.tuples(TEXTS, TEXTS), room=rooms(), special_tokens=st.booleans())
def test_a_pair_is_cut_as_the_library_cuts_it(
    library: Tokenizer,
    pair: tuple[str, str],
    room: Room,
    special_tokens: bool,  # noqa: FBT001
) -> None:
    """The window that stays is the library's in every column, and it cannot be made where the library cannot."""
    expected = by_the_library(library, pair, room, special_tokens=special_tokens)
    try:
        made = cut_pair(library, pair, room, special_tokens=special_tokens)
    except TooShortError:
        assert expected is None
        return
    assert [*columns(made), bool(made.overflowing)] == expected
    assert len(made.overflowing) <= 3
