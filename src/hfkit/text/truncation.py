"""Which tokens stay when the caller asked to cut."""

from __future__ import annotations

__all__ = ["longest_first"]


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
