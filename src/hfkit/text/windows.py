"""Overlapping windows over a sequence of tokens."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Window", "fresh_lengths", "windows"]


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens ``start`` up to, not including, ``stop``.

    >>> len(Window(3, 10))
    7
    """

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def windows(length: int, *, size: int, overlap: int) -> tuple[Window, ...]:
    """Cover ``length`` tokens with windows of at most ``size`` that share ``overlap`` tokens.

    All windows are full but the last, which ends where the tokens end: the layout of the
    ``stride`` of Hugging Face tokenizers, so that both cut at the same places.

    Args:
        length: tokens to cover; none give one empty window.
        size: the most tokens of one window.
        overlap: tokens that each window shares with the one before.

    Raises:
        ValueError: ``size`` or ``overlap`` do not let a window move forward.

    >>> windows(10, size=6, overlap=2)
    (Window(start=0, stop=6), Window(start=4, stop=10))
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap is {overlap}, must be at least 0 and under the size of a window, {size}")
    if length < 0:
        raise ValueError(f"length is {length}, must be at least 0")
    step = size - overlap
    count = 1 if length <= size else 1 + -(-(length - size) // step)
    return tuple(Window(i * step, min(i * step + size, length)) for i in range(count))


def fresh_lengths(spans: tuple[Window, ...]) -> tuple[int, ...]:
    """Count, for each window, the tokens that no earlier window has shown.

    They add up to the length that the windows cover, so they are fair weights for pooling.

    >>> fresh_lengths(windows(10, size=6, overlap=2))
    (6, 4)
    """
    seen = 0
    counts = []
    for span in spans:
        counts.append(span.stop - max(span.start, seen))
        seen = max(seen, span.stop)
    return tuple(counts)
