"""Which tokens stay when the caller asked to cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from hfkit.values.truncation import Cut

__all__ = ["longest_first", "sizes_of_windows"]


def longest_first(first: int, second: int, *, room: int) -> tuple[int, int]:
    """Say how many leading tokens of two texts stay, cutting the longer one first.

    The rule of Hugging Face tokenizers' ``longest_first``: as if tokens were taken one by one
    from whichever text is longer at the time.

    Args:
        first: tokens of the first text.
        second: tokens of the second text.
        room: tokens that fit, special tokens not counted.

    >>> longest_first(10, 3, room=8)
    (5, 3)
    >>> longest_first(10, 9, room=8)
    (4, 4)
    """
    if first + second <= room:
        return first, second
    short, long = sorted((first, second))
    short = min(short, room // 2)
    long = room - short
    return (long, short) if first > second else (short, long)


def sizes_of_windows(first: int, second: int, *, room: int, cut: Cut) -> tuple[int, int]:
    """Say how many tokens of each text of a pair a window has; none or fewer where there is no room.

    Args:
        first: tokens of the first text.
        second: tokens of the second text.
        room: tokens that fit, fewer than both texts have.
        cut: which of them gives way.

    >>> sizes_of_windows(10, 4, room=8, cut="first")
    (4, 4)
    """
    match cut:
        case "first":
            return room - second, second
        case "second":
            return first, room - first
        case "longest_first":
            return longest_first(first, second, room=room)
        case _ as unreachable:
            assert_never(unreachable)
