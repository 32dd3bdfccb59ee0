"""From positions of tokens to positions of characters in the caller's own string."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .windows import Window

__all__ = ["character_span", "characters_read", "trailing_characters_read"]


def character_span(offsets: Sequence[tuple[int, int]], window: Window) -> tuple[int, int]:
    """Give the characters that a window of tokens spans, as ``(start, end)``.

    Tokens may share a character (the bytes of one emoji) or have none (a control character that
    the tokenizer drops); the span is the smallest that holds them all.

    Args:
        offsets: for each token its first character and the one after its last.
        window: which tokens.

    >>> from hfkit.text.windows import Window
    >>> character_span([(0, 3), (3, 4), (5, 9)], Window(1, 3))
    (3, 9)
    """
    spans = [(start, end) for start, end in offsets[window.start : window.stop] if end > start]
    if not spans:
        return (0, 0)
    return min(start for start, _ in spans), max(end for _, end in spans)


def characters_read(offsets: Sequence[tuple[int, int]], kept: int, *, total: int) -> int:
    """Count the leading characters that were read when only the first ``kept`` tokens were.

    A character is read once all its tokens are: an emoji may take four. What stands between two
    kept tokens (blanks) was passed over, not cut, and counts as read; with every token kept, all
    ``total`` characters do.

    >>> characters_read([(0, 3), (4, 7), (8, 11)], 2, total=11)
    7
    """
    if kept >= len(offsets):
        return total
    read = max((end for _, end in offsets[:kept]), default=0)
    return min([read, *(start for start, end in offsets[kept:] if end > start)])


def trailing_characters_read(offsets: Sequence[tuple[int, int]], kept: int, *, total: int) -> int:
    """Count the trailing characters that were read when only the last ``kept`` tokens were.

    The mirror image of :func:`characters_read`.

    >>> trailing_characters_read([(0, 3), (4, 7), (8, 11)], 2, total=11)
    7
    """
    if kept >= len(offsets):
        return total
    dropped = len(offsets) - kept
    first = min((start for start, end in offsets[dropped:] if end > start), default=total)
    return total - max([first, *(end for _, end in offsets[:dropped])])
