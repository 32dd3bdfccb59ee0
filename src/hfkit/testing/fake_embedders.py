"""An embedder in numpy for the fake backend: a row of numbers for each token, and a little of its neighbor's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.embedders import EmbedderCard
from hfkit.errors import SessionClosedError

from .tokenizers import write_word_pieces

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray

__all__ = ["FakeEmbedder", "write_fake_embedder"]

_MAX_TOKENS = 64


def write_fake_embedder(folder: Path, *, size: int = 8, seed: int = 0) -> Path:
    """Write a model without a head for :class:`~hfkit.testing.FakeBackend`.

    Args:
        folder: where; made if need be.
        size: numbers of a vector.
        seed: of the weights.

    Returns:
        The folder.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = write_word_pieces(folder)
    config = {
        "model_type": "hfkit-fake",
        "architectures": ["FakeModel"],
        "max_position_embeddings": _MAX_TOKENS,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    table = np.random.default_rng(seed).normal(size=(vocabulary, size)).astype(np.float32)
    save_file({"vectors": table}, folder / "model.safetensors")
    return folder


class FakeEmbedder:
    """Gives each token its row of weights, and half of that of the token before it."""

    def __init__(self, table: FloatArray) -> None:
        self._table: FloatArray | None = table
        self.card: EmbedderCard = EmbedderCard(
            size=table.shape[1],
            max_tokens=_MAX_TOKENS,
            pad_id=0,
            device="cpu",
            dtype="float32",
            versions=(("numpy", np.__version__),),
        )

    def embed(self, batch: TokenBatch, /) -> FloatArray:
        """Give a vector for each token, shape ``[rows, tokens, size]``."""
        if self._table is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        own = self._table[batch.ids]
        vectors: FloatArray = own.copy()
        vectors[:, 1:] += own[:, :-1] / np.float32(2)
        return vectors

    def close(self) -> None:
        """Let go of the table."""
        self._table = None
