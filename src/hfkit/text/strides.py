"""Windows over a text that is longer than a model reads, such that each token is foreseen once."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Foreseen", "foreseen_windows"]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A window of tokens, of which the last ones are foreseen from those before them.

    Attributes:
        start: its first token.
        first: the first token that is foreseen, after ``start``.
        stop: the token after its last.
    """

    start: int
    first: int
    stop: int


def foreseen_windows(tokens: int, *, window: int, stride: int) -> tuple[Foreseen, ...]:
    """Lay windows over a text.

    The first window's tokens are all foreseen but the first one, which nothing stands before. Each later window moves
    on by ``stride`` tokens, or fewer at the end, and foresees just those; the rest of it is there to be looked at.

    Args:
        tokens: of the text.
        window: of one window, at least 2.
        stride: how far it moves on, at least 1 and less than ``window``.

    Source: the sliding window of transformers' documentation, "Perplexity of fixed-length models".

    >>> foreseen_windows(10, window=6, stride=3)
    (Foreseen(start=0, first=1, stop=6), Foreseen(start=3, first=6, stop=9), Foreseen(start=6, first=9, stop=10))
    """
    if tokens <= 1:
        return ()
    found = [Foreseen(0, 1, min(window, tokens))]
    while found[-1].stop < tokens:
        last = found[-1]
        start = last.start + stride
        found.append(Foreseen(start, last.stop, min(start + window, tokens)))
    return tuple(found)
