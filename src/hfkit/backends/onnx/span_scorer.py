"""Extractive question answering in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import ModelCard

if TYPE_CHECKING:
    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray

    from .export_folder import ExportCard
    from .forward import OnnxModel

__all__ = ["OnnxSpanScorer"]


class OnnxSpanScorer:
    """A model with a head for the first and the last token of an answer."""

    def __init__(self, model: OnnxModel, known: ExportCard) -> None:
        self._model = model
        self.card: ModelCard = ModelCard(
            max_tokens=known.max_tokens,
            pad_id=known.pad_id,
            device="cpu",
            dtype="float32",
            pads=known.pads,
            versions=(*model.versions, *known.versions),
            notes=known.notes,
        )

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        """Give float32 logits of first and last tokens, shape ``[rows, tokens, 2]``."""
        return np.stack(self._model.run(batch), axis=-1)

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()
