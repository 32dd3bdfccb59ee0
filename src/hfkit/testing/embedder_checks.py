"""The promises of a backend that opens embedders, beside those of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.embedders import Embedder, EmbedderCard

from .opened import open_model
from .promise import require

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["EMBEDDER_CHECKS"]


def describes_itself(backend: object, model_dir: Path) -> None:
    """An open model has a card: the size of its vectors, a positive limit or none, a device and a number type."""
    with open_model(backend, model_dir) as opened:
        require(
            isinstance(opened.model, Embedder), f"{type(opened.model).__name__} has no card, embed or close"
        )
        card = opened.card
        require(isinstance(card, EmbedderCard), f"card is a {type(card).__name__}, must be an EmbedderCard")
        require(card.max_tokens is None or card.max_tokens > 0, f"max_tokens is {card.max_tokens}")
        require(bool(card.device and card.dtype), f"device is {card.device!r}, dtype {card.dtype!r}")


def gives_vectors(backend: object, model_dir: Path) -> None:
    """Vectors are finite float32 numpy arrays, one for each token, of the size that the card names."""
    with open_model(backend, model_dir) as opened:
        batch = opened.batch(opened.rows)
        vectors = opened.raw(batch)
        require(isinstance(vectors, np.ndarray), f"embed gives a {type(vectors).__name__}")
        require(vectors.dtype == np.float32, f"embed gives {vectors.dtype}")
        card = opened.card
        size = card.size if isinstance(card, EmbedderCard) else 0
        expected = (*batch.ids.shape, size)
        require(vectors.shape == expected, f"embed gives shape {vectors.shape}, must be {expected}")
        require(bool(np.isfinite(vectors[batch.mask == 1]).all()), "embed gives numbers that are not finite")


EMBEDDER_CHECKS = (describes_itself, gives_vectors)
"""What an embedder promises of its vectors."""
