"""What is done to logits before a token is chosen: penalties, rules and the arithmetic of probabilities.

All functions take one row of float32 logits, shape ``[vocabulary]``. Source of names and order: the logits processors
of transformers, with which they agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from .arrays import FloatArray, IntArray

__all__ = ["RepeatedRuns", "forbid", "log_softmax", "only", "penalize", "top_tokens"]


def log_softmax(logits: FloatArray) -> npt.NDArray[np.float64]:
    """Give the natural logarithms of the probabilities, in float64.

    >>> np.exp(log_softmax(np.array([0.0, 0.0], dtype=np.float32))).tolist()
    [0.5, 0.5]
    """
    shifted = logits.astype(np.float64) - float(logits.max())
    result: npt.NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum())
    return result


def forbid(logits: FloatArray, tokens: Sequence[int] | IntArray) -> None:
    """Leave tokens out, in place."""
    if len(tokens):
        logits[np.asarray(tokens, dtype=np.int64)] = -np.inf


def only(logits: FloatArray, allowed: npt.NDArray[np.bool_]) -> None:
    """Leave out, in place, all tokens that are not allowed; ``allowed`` has shape ``[vocabulary]``."""
    logits[~allowed] = -np.inf


def penalize(logits: FloatArray, tokens: IntArray, penalty: float) -> None:
    """Make tokens less likely, in place: positive logits are divided by the penalty, negative ones multiplied.

    Args:
        logits: what to change.
        tokens: ids of tokens that are there already; one that comes twice counts once.
        penalty: more than 1 discourages, less than 1 encourages.

    Source: Keskar et al. 2019, arXiv:1909.05858, section 4.1, as transformers has it for negative logits.

    >>> logits = np.array([2.0, -2.0, 1.0], dtype=np.float32)
    >>> penalize(logits, np.array([0, 1, 1]), 2.0); logits.tolist()
    [1.0, -4.0, 1.0]
    """
    there = logits[tokens]
    logits[tokens] = np.where(there < 0, there * np.float32(penalty), there / np.float32(penalty))


def top_tokens(scores: npt.NDArray[np.floating], count: int) -> IntArray:
    """Give the ids of the highest scores, best first; of equal ones the lower id first.

    >>> top_tokens(np.array([1.0, 3.0, 3.0, 2.0]), 3).tolist()
    [1, 2, 3]
    """
    count = min(count, len(scores))
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= least)
    return candidates[np.argsort(-scores[candidates], kind="stable")[:count]]


class RepeatedRuns:
    """Which tokens would complete a run of tokens that is there already.

    Source: Paulus et al. 2017, arXiv:1705.04304, section 2.5.

    >>> runs = RepeatedRuns(2, [5, 6, 5])
    >>> runs.completing()
    [6]
    """

    def __init__(self, size: int, tokens: Iterable[int]) -> None:
        """Begin with tokens that are there.

        Args:
            size: tokens of a run, at least 1.
            tokens: their ids.
        """
        self._size = size
        self._last: tuple[int, ...] = ()
        self._next: dict[tuple[int, ...], list[int]] = {}
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        """Add the token that comes next."""
        if len(self._last) == self._size - 1:
            self._next.setdefault(self._last, []).append(token)
        self._last = (*self._last, token)[-(self._size - 1) :] if self._size > 1 else ()

    def completing(self) -> list[int]:
        """Give the tokens that may not come next."""
        return self._next.get(self._last, []) if len(self._last) == self._size - 1 else []

    def copy(self) -> RepeatedRuns:
        """Give another that goes on from the same tokens."""
        twin = RepeatedRuns(self._size, ())
        twin._last, twin._next = self._last, {run: list(found) for run, found in self._next.items()}
        return twin
