"""Draw a token: logits to the probabilities that sampling settings leave, and one draw from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .logits import log_softmax

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arrays import FloatArray, IntArray

__all__ = ["draw", "kept_probabilities"]


def kept_probabilities(
    logits: FloatArray,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    min_p: float = 0.0,
    typical_p: float = 1.0,
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """Give the tokens that sampling settings leave, and their probabilities.

    The settings apply one after the other, each to what the one before it left: temperature, ``top_k``,
    ``top_p``, ``min_p``, ``typical_p``, as in transformers.

    Args:
        logits: shape ``[vocabulary]``; what is left out already is minus infinity.
        temperature: see :class:`hfkit.Sample`, as all others.
        top_k: see there.
        top_p: see there.
        min_p: see there.
        typical_p: see there.

    Returns:
        Ids in ascending order, and their probabilities, which add up to 1.

    >>> ids, probabilities = kept_probabilities(np.log(np.array([0.5, 0.3, 0.2], dtype=np.float32)), top_p=0.7)
    >>> ids.tolist(), probabilities.round(3).tolist()
    ([0, 1], [0.625, 0.375])
    """
    ids = np.flatnonzero(logits > -np.inf)
    scores = (logits[ids] / np.float32(temperature)).astype(np.float32)
    if top_k is not None and top_k < len(ids):
        least = np.partition(scores, len(scores) - top_k)[len(scores) - top_k]
        ids, scores = ids[scores >= least], scores[scores >= least]
    if top_p < 1:
        kept = _nucleus(scores, top_p)
        ids, scores = ids[kept], scores[kept]
    if min_p > 0:
        kept = _near_the_best(scores, min_p)
        ids, scores = ids[kept], scores[kept]
    if typical_p < 1:
        kept = _typical(scores, typical_p)
        ids, scores = ids[kept], scores[kept]
    return ids, np.exp(log_softmax(scores))


def draw(ids: IntArray, probabilities: npt.NDArray[np.float64], chance: float) -> int:
    """Give the token on which a number from 0 to below 1 falls, where each has a part as large as its probability.

    >>> [draw(np.array([7, 9]), np.array([0.25, 0.75]), chance) for chance in (0.0, 0.24, 0.25, 0.99)]
    [7, 7, 9, 9]
    """
    ends = probabilities.cumsum()
    return int(ids[min(int(np.searchsorted(ends, chance * ends[-1], side="right")), len(ids) - 1)])


def _nucleus(scores: FloatArray, mass: float) -> npt.NDArray[np.bool_]:
    """Keep the likeliest tokens that together have so much probability, the one that reaches it included."""
    order = np.argsort(scores, kind="stable")
    below = np.exp(log_softmax(scores[order])).cumsum()
    kept = np.ones(len(scores), dtype=np.bool_)
    kept[order[:-1]] = below[:-1] > 1 - mass
    return kept


def _near_the_best(scores: FloatArray, share: float) -> npt.NDArray[np.bool_]:
    """Keep tokens that are at least so likely compared with the likeliest."""
    probabilities = np.exp(log_softmax(scores))
    kept: npt.NDArray[np.bool_] = probabilities >= share * probabilities.max()
    return kept


def _typical(scores: FloatArray, mass: float) -> npt.NDArray[np.bool_]:
    """Keep tokens whose surprise is nearest to what is expected, until they have so much probability."""
    logprobs = log_softmax(scores)
    probabilities = np.exp(logprobs)
    distance = np.abs(-logprobs + (logprobs * probabilities).sum())
    order = np.argsort(distance, kind="stable")
    last = min(int((probabilities[order].cumsum() < mass).sum()), len(scores) - 1)
    kept: npt.NDArray[np.bool_] = distance <= distance[order[last]]
    return kept
