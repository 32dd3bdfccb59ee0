"""A tagger in numpy for the fake backend: a row of numbers for each token, and a little of its neighbor's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import ScorerCard
from hfkit.errors import SessionClosedError

from .tokenizers import write_word_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray
    from hfkit.text.labels import LabelScheme

__all__ = ["FakeTagger", "write_fake_tagger"]

_MAX_TOKENS = 64


def write_fake_tagger(
    folder: Path, *, tags: Sequence[str] = ("O", "B-person", "I-person", "B-place", "I-place"), seed: int = 0
) -> Path:
    """Write a token classification model for :class:`~hfkit.testing.FakeBackend`.

    Args:
        folder: where; made if need be.
        tags: the names of its labels.
        seed: of the weights.

    Returns:
        The folder.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    size = write_word_pieces(folder)
    config = {
        "model_type": "hfkit-fake",
        "architectures": ["FakeForTokenClassification"],
        "id2label": {str(number): name for number, name in enumerate(tags)},
        "max_position_embeddings": _MAX_TOKENS,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    table = np.random.default_rng(seed).normal(size=(size, len(tags))).astype(np.float32)
    save_file({"tags": table}, folder / "model.safetensors")
    return folder


class FakeTagger:
    """Gives each token its row of weights, and half of that of the token before it."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        self._table: FloatArray | None = table
        self.card: ScorerCard = ScorerCard(
            labels=labels,
            max_tokens=_MAX_TOKENS,
            pad_id=0,
            device="cpu",
            dtype="float32",
            versions=(("numpy", np.__version__),),
        )

    def tag(self, batch: TokenBatch, /) -> FloatArray:
        """Give logits of each token's label, shape ``[rows, tokens, labels]``."""
        if self._table is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        own = self._table[batch.ids]
        logits: FloatArray = own.copy()
        logits[:, 1:] += own[:, :-1] / np.float32(2)
        return logits

    def close(self) -> None:
        """Let go of the table."""
        self._table = None
