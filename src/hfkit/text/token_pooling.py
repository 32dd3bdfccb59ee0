"""From a vector for each token to one vector for the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .arrays import FloatArray

__all__ = ["TokenPooling", "pool_tokens", "unit_rows"]

TokenPooling: TypeAlias = Literal["mean", "cls", "max", "lasttoken", "mean_sqrt_len_tokens", "weightedmean"]
"""How tokens make a text, by the names of sentence-transformers: their mean, the first of them, the highest of each
number, the last of them, their sum over the root of how many they are, their mean weighted by their places."""

# What torch divides by where a vector has no length.
_SHORTEST = 1e-12


def pool_tokens(states: FloatArray, poolings: Sequence[TokenPooling]) -> FloatArray:
    """Pool the tokens of one text; several poolings stand one behind the other.

    Args:
        states: a vector for each token, no padding among them, shape ``[tokens, size]``.
        poolings: how, at least one.

    Returns:
        Float32, shape ``[poolings * size]``.

    Source: the Pooling module of sentence-transformers (Reimers and Gurevych 2019, arXiv:1908.10084).

    >>> pool_tokens(np.array([[0, 1], [4, 3]], dtype=np.float32), ["mean", "max"]).tolist()
    [2.0, 2.0, 4.0, 3.0]
    """
    return np.concatenate([_pool(states, pooling) for pooling in poolings]).astype(np.float32)


def _pool(states: FloatArray, pooling: TokenPooling) -> npt.NDArray[np.floating]:
    match pooling:
        case "mean":
            return np.asarray(states.mean(axis=0, dtype=np.float64))
        case "cls":
            return np.asarray(states[0])
        case "max":
            return np.asarray(states.max(axis=0))
        case "lasttoken":
            return np.asarray(states[-1])
        case "mean_sqrt_len_tokens":
            return np.asarray(states.sum(axis=0, dtype=np.float64) / np.sqrt(len(states)))
        case "weightedmean":
            places = np.arange(1, len(states) + 1, dtype=np.float64)
            return np.asarray(places @ states / places.sum())
        case _ as unreachable:
            assert_never(unreachable)


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Give each row the length 1, so that the product of two is the cosine of their angle.

    Args:
        vectors: shape ``[rows, size]``; a row of zeros stays one.

    >>> unit_rows(np.array([[3, 4], [0, 0]], dtype=np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    unit: FloatArray = (vectors / np.maximum(lengths, _SHORTEST)).astype(np.float32)
    return unit
