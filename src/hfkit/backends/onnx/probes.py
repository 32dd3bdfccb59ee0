"""Rows to compare an export with its original on: lengths of all kinds, made of tokens that are not special."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import TokenBatch
from hfkit.text.templates import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.backends.protocols import ModelCard
    from hfkit.text.arrays import FloatArray

__all__ = ["difference", "probe_batch", "probes"]

# Batches of one row and of several; the last are longer than the windows of local attention.
_LENGTHS = ((5,), (1, 13, 6), (30, 2), (17, 17, 17, 17), (11, 3, 8, 24, 1, 16), (300, 40), (1024,))


def probes(card: ModelCard, *, vocabulary: int, types: bool) -> list[TokenBatch]:
    """Make batches of mixed lengths, of equal ones for a model that cannot be padded.

    Args:
        card: what is known of the model.
        vocabulary: how many token ids it knows.
        types: whether it reads the second of two texts as such.
    """
    return [probe_batch(card, lengths, vocabulary=vocabulary, types=types) for lengths in _LENGTHS]


def probe_batch(card: ModelCard, lengths: Sequence[int], *, vocabulary: int, types: bool) -> TokenBatch:
    """Make one batch of rows of the given lengths, cut to what the model takes."""
    if not card.pads:
        lengths = [max(lengths)] * len(lengths)
    chance = np.random.default_rng(sum(lengths))
    rows = []
    for length in lengths:
        size = min(length, card.max_tokens or length)
        # From the middle of the vocabulary, where no special tokens are.
        ids = chance.integers(vocabulary // 3, max(vocabulary // 3 + 1, vocabulary * 2 // 3), size)
        second = np.arange(size) >= size // 2 if types else np.zeros(size)
        rows.append(Row(ids.astype(np.int64), second.astype(np.int64)))
    return TokenBatch.from_rows(rows, pad_id=card.pad_id)


def difference(one: FloatArray, other: FloatArray, batch: TokenBatch) -> float:
    """Give the largest difference between two outputs, in parts of the largest output where that is over 1.

    What stands at padding, in outputs of one column for each token, is nobody's.
    """
    if one.shape != other.shape:
        return float("inf")
    if one.shape[:2] == batch.mask.shape and one.ndim > batch.mask.ndim:
        one, other = one[batch.mask == 1], other[batch.mask == 1]
    largest = float(np.abs(one - other).max()) / max(1.0, float(np.abs(one).max()))
    return largest if np.isfinite(largest) else float("inf")
