"""Vectors of tokens in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.backends.embedders import EmbedderCard
from hfkit.backends.held_model import HeldModel
from hfkit.backends.probe import probe_row
from hfkit.backends.protocols import TokenBatch

from .forward import OnnxModel

if TYPE_CHECKING:
    from hfkit.text.arrays import FloatArray

    from .opening import OpenExport

__all__ = ["OnnxEmbedder"]


class OnnxEmbedder(HeldModel[OnnxModel]):
    """A model without a head in ONNX Runtime."""

    def __init__(self, opened: OpenExport) -> None:
        super().__init__(opened.model)
        known = opened.config.get("vocab_size")
        probe = probe_row(1, vocabulary=known if isinstance(known, int) else None, end=None)
        pad_id = opened.card.pad_id
        self.card: EmbedderCard = EmbedderCard(
            size=self.embed(TokenBatch.from_rows([probe], pad_id=pad_id)).shape[-1],
            max_tokens=opened.card.max_tokens,
            pad_id=pad_id,
            device="cpu",
            dtype=opened.card.dtype,
            pads=opened.card.pads,
            versions=opened.versions,
            notes=opened.card.notes,
        )

    def embed(self, batch: TokenBatch, /) -> FloatArray:
        """Give what the last layer gives, float32, shape ``[rows, tokens, size]``."""
        return self._model.run(batch)
