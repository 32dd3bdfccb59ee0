"""Results as one array of numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hfkit.values.embedding import Embedding

__all__ = ["to_numpy"]


def to_numpy(embeddings: Iterable[Embedding]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Stack the vectors of texts, float32, shape ``[texts, size]``; without texts ``[0, 0]``."""
    vectors = [one.vector for one in embeddings]
    return np.stack(vectors) if vectors else np.empty((0, 0), dtype=np.float32)
