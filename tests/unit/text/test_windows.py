from __future__ import annotations

import re

import pytest

from hfkit.text.windows import Window, fresh_lengths, windows


def test_what_fits_is_one_window() -> None:
    assert windows(6, size=6, overlap=5) == (Window(0, 6),)


def test_one_token_more_makes_a_second_window() -> None:
    assert windows(7, size=6, overlap=2) == (Window(0, 6), Window(4, 7))


def test_no_tokens_are_one_empty_window() -> None:
    assert windows(0, size=6, overlap=2) == (Window(0, 0),)


def test_without_overlap_windows_are_cut_side_by_side() -> None:
    assert windows(5, size=2, overlap=0) == (Window(0, 2), Window(2, 4), Window(4, 5))


@pytest.mark.parametrize("overlap", [-1, 6, 7])
def test_an_overlap_that_lets_no_window_move_is_refused(overlap: int) -> None:
    message = f"overlap is {overlap}, must be at least 0 and under the size of a window, 6"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        windows(10, size=6, overlap=overlap)


def test_a_window_of_no_tokens_is_refused() -> None:
    message = "overlap is 0, must be at least 0 and under the size of a window, 0"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        windows(10, size=0, overlap=0)


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^length is -1, must be at least 0$"):
        windows(-1, size=6, overlap=2)


def test_a_window_inside_an_earlier_one_shows_nothing_fresh_but_the_next_counts_from_the_farthest() -> None:
    assert fresh_lengths((Window(0, 4), Window(2, 8), Window(6, 9))) == (4, 4, 1)


def test_no_windows_have_no_fresh_lengths() -> None:
    assert fresh_lengths(()) == ()
