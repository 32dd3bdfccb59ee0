"""From logits to scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import numpy as np

if TYPE_CHECKING:
    from .arrays import FloatArray, IntArray

__all__ = ["Activation", "Pooling", "activate", "pool", "rank", "sigmoid", "softmax"]

Activation: TypeAlias = Literal["softmax", "sigmoid", "none"]
"""Labels that exclude each other, labels that do not, and plain outputs."""

Pooling: TypeAlias = Literal["mean", "max"]
"""How the windows of a long text agree: each by the tokens it was first to show, or the highest."""


def softmax(logits: FloatArray) -> FloatArray:
    """Turn logits into probabilities that add up to 1, along the last axis; stable for any size.

    >>> softmax(np.array([[1000.0, 1000.0]], dtype=np.float32)).tolist()
    [[0.5, 0.5]]
    """
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: FloatArray = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities


def sigmoid(logits: FloatArray) -> FloatArray:
    """Turn each logit into a probability of its own; stable for any size.

    >>> sigmoid(np.array([0.0], dtype=np.float32)).tolist()
    [0.5]
    """
    small = np.exp(-np.abs(logits))
    scores: FloatArray = np.where(logits >= 0, np.float32(1), small) / (1 + small)
    return scores


def activate(logits: FloatArray, activation: Activation) -> FloatArray:
    """Apply an activation by its name; the shape stays."""
    match activation:
        case "softmax":
            return softmax(logits)
        case "sigmoid":
            return sigmoid(logits)
        case "none":
            return logits
        case _ as unreachable:
            assert_never(unreachable)


def pool(scores: FloatArray, *, counts: IntArray, weights: FloatArray, pooling: Pooling) -> FloatArray:
    """Join the windows of each input.

    Args:
        scores: shape ``[windows, labels]``, the windows of one input side by side.
        counts: windows of each input, shape ``[inputs]``, all at least 1.
        weights: what each window counts in a mean, shape ``[windows]``, above 0.
        pooling: mean by weight, or the maximum.

    Returns:
        Shape ``[inputs, labels]``. Probabilities stay probabilities.
    """
    if len(scores) == len(counts):  # one window each, the usual case
        return scores
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    match pooling:
        case "mean":
            total = np.add.reduceat(weights, starts)[:, None]
            return (np.add.reduceat(scores * weights[:, None], starts, axis=0) / total).astype(np.float32)
        case "max":
            return np.maximum.reduceat(scores, starts, axis=0)
        case _ as unreachable:
            assert_never(unreachable)


def rank(scores: FloatArray, *, top_k: int | None) -> IntArray:
    """Order labels best first, equal scores in the order of the labels.

    Args:
        scores: shape ``[inputs, labels]``.
        top_k: how many to keep; None keeps all.

    Returns:
        Positions of labels, shape ``[inputs, min(top_k, labels)]``.
    """
    order: IntArray = np.argsort(-scores, axis=-1, kind="stable")
    return order[:, :top_k]
