from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from hfkit.text.windows import fresh_lengths, windows

LENGTHS = st.integers(0, 200)
LAYOUTS = st.integers(1, 40).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


@given(LENGTHS, LAYOUTS)
def test_every_token_is_in_a_window(length: int, layout: tuple[int, int]) -> None:
    """The windows together show each token, and nothing past the last."""
    size, overlap = layout
    shown = {
        token
        for window in windows(length, size=size, overlap=overlap)
        for token in range(window.start, window.stop)
    }
    assert shown == set(range(length))


@given(LENGTHS, LAYOUTS)
def test_no_window_is_over_size_and_only_the_last_may_be_under_it(
    length: int, layout: tuple[int, int]
) -> None:
    """Every window has exactly ``size`` tokens, except the last, which may have fewer."""
    size, overlap = layout
    *full, last = windows(length, size=size, overlap=overlap)
    assert all(len(window) == size for window in full)
    assert len(last) <= size


@given(LENGTHS, LAYOUTS)
def test_neighbors_share_exactly_the_overlap(length: int, layout: tuple[int, int]) -> None:
    """A window and the one after it have ``overlap`` tokens in common, no more and no fewer."""
    size, overlap = layout
    for left, right in pairwise(windows(length, size=size, overlap=overlap)):
        assert left.stop - right.start == overlap
        assert left.start < right.start


@given(LENGTHS, LAYOUTS)
def test_fresh_lengths_add_up(length: int, layout: tuple[int, int]) -> None:
    """Each token is fresh in exactly one window, so the fresh lengths add up to all tokens."""
    size, overlap = layout
    assert sum(fresh_lengths(windows(length, size=size, overlap=overlap))) == length


@given(LENGTHS.filter(bool), LAYOUTS)
def test_no_window_is_idle(length: int, layout: tuple[int, int]) -> None:
    """Every window shows at least one token that no earlier one has shown."""
    size, overlap = layout
    assert all(fresh > 0 for fresh in fresh_lengths(windows(length, size=size, overlap=overlap)))


_NUMBERED = Tokenizer(models.WordLevel({str(number): number for number in range(200)}, unk_token="0"))  # noqa: S106


@given(LENGTHS, LAYOUTS)
def test_layout_is_the_stride_of_the_tokenizers_library(length: int, layout: tuple[int, int]) -> None:
    """The windows are those that ``Encoding.truncate(size, stride=overlap)`` leaves and overflows."""
    size, overlap = layout
    encoding = _NUMBERED.encode(list(map(str, range(length))), is_pretokenized=True)
    encoding.truncate(size, stride=overlap)
    theirs = [encoding.ids, *(part.ids for part in encoding.overflowing)]
    ours = windows(length, size=size, overlap=overlap)
    assert [list(range(window.start, window.stop)) for window in ours] == theirs
