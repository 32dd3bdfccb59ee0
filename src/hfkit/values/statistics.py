"""What a batch cost: the scheduler's own count."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Statistics"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The work behind a batch of results.

    Attributes:
        inputs: how many inputs were given.
        windows: how many windows they made; more than ``inputs`` where texts are long.
        duplicates: windows that were not computed because an equal one was.
        forwards: how often the model ran.
        tokens: tokens that had to be read, special tokens included.
        padded_tokens: tokens that were computed, padding included.
        splits: how often memory was too small for a batch and the budget was halved.
    """

    inputs: int = 0
    windows: int = 0
    duplicates: int = 0
    forwards: int = 0
    tokens: int = 0
    padded_tokens: int = 0
    splits: int = 0

    @property
    def padding(self) -> float:
        """The share of computed tokens that were padding, from 0 to 1.

        >>> Statistics(tokens=90, padded_tokens=100).padding
        0.1
        """
        return (self.padded_tokens - self.tokens) / self.padded_tokens if self.padded_tokens else 0.0

    def __add__(self, other: Statistics) -> Statistics:
        return Statistics(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))
