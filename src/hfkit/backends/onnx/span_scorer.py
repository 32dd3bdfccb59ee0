"""Extractive question answering in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.backends.held_model import HeldModel
from hfkit.backends.protocols import ModelCard

from .forward import OnnxModel

if TYPE_CHECKING:
    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray

    from .opening import OpenExport

__all__ = ["OnnxSpanScorer"]


class OnnxSpanScorer(HeldModel[OnnxModel]):
    """A model with a head for the first and the last token of an answer."""

    def __init__(self, opened: OpenExport) -> None:
        super().__init__(opened.model)
        self.card: ModelCard = ModelCard(
            max_tokens=opened.card.max_tokens,
            pad_id=opened.card.pad_id,
            device="cpu",
            dtype=opened.card.dtype,
            pads=opened.card.pads,
            versions=opened.versions,
            notes=opened.card.notes,
        )

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        """Give float32 logits of first and last tokens, shape ``[rows, tokens, 2]``."""
        return self._model.run(batch)
