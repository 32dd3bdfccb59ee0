"""Random tokens in place of a model: whatever a guide lets through comes sooner or later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from hfkit.text.spelling import token_bytes

if TYPE_CHECKING:
    from collections.abc import Collection
    from random import Random

    import numpy.typing as npt
    from tokenizers import Tokenizer

__all__ = ["Guide", "Wanderer"]

# Tokens taken at random open more than they close; these are preferred now and then, so that texts come to an end, and
# what is odd in strings and numbers comes often enough.
_CLOSING = b'"}],'
_ODD = b"\\0123456789.eE-+"
_CHANCE_TO_END = 0.3
_CHANCE_TO_CLOSE = 0.5
_CHANCE_OF_ODD = 0.65


class Guide(Protocol):
    """What tells which tokens may come: one of hfkit's, or another engine's in its place."""

    @property
    def complete(self) -> bool:
        """Whether the text so far is whole."""
        ...

    @property
    def ended(self) -> bool:
        """Whether nothing but an end may come."""
        ...

    def allowed(self) -> npt.NDArray[np.bool_]:
        """Tell which tokens may come, shape [vocabulary]."""
        ...

    def accept(self, token: int, /) -> None:
        """Go on by one token."""
        ...


class Wanderer:
    """Writes texts of random tokens under guides.

    Args:
        tokenizer: whose tokens.
        vocabulary: how many ids there are.
        ends: the ids that end a text.
    """

    def __init__(self, tokenizer: Tokenizer, *, vocabulary: int, ends: Collection[int]) -> None:
        self._ends = ends
        spelled = token_bytes(tokenizer, vocabulary=vocabulary)
        self._closing = np.array([piece != b"" and piece[0] in _CLOSING for piece in spelled])
        self._odd = np.array([piece != b"" and piece[0] in _ODD for piece in spelled])

    def write(self, guide: Guide, chance: Random, *, longest: int) -> list[int] | None:
        """Take random tokens that are allowed until the text ends.

        Args:
            guide: at the beginning of a text; it is at the end after it.
            chance: what decides.
            longest: so many tokens at most.

        Returns:
            Its tokens without the end; None if it did not come to one.
        """
        tokens: list[int] = []
        for _ in range(longest):
            allowed = guide.allowed()
            if guide.ended or (guide.complete and chance.random() < _CHANCE_TO_END):
                return tokens
            token = self._choose(allowed, chance)
            if token in self._ends:
                return tokens
            guide.accept(token)
            tokens.append(token)
        return None

    def _choose(self, allowed: npt.NDArray[np.bool_], chance: Random) -> int:
        drawn = chance.random()
        kinds = (self._closing,) * (drawn < _CHANCE_TO_CLOSE) + (self._odd,) * (drawn < _CHANCE_OF_ODD)
        for kind in kinds:
            if len(some := np.flatnonzero(allowed & kind)):
                return int(some[chance.randrange(len(some))])
        every = np.flatnonzero(allowed)
        return int(every[chance.randrange(len(every))])
