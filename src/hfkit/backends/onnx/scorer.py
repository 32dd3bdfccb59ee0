"""Sequence classification in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.backends.protocols import ScorerCard

if TYPE_CHECKING:
    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray
    from hfkit.text.labels import LabelScheme

    from .export_folder import ExportCard
    from .forward import OnnxModel

__all__ = ["OnnxScorer"]


class OnnxScorer:
    """A sequence classification model in ONNX Runtime."""

    def __init__(self, model: OnnxModel, known: ExportCard, labels: LabelScheme) -> None:
        self._model = model
        self._row_by_row = known.row_by_row
        self.card: ScorerCard = ScorerCard(
            labels=labels,
            max_tokens=known.max_tokens,
            pad_id=known.pad_id,
            device="cpu",
            dtype="float32",
            pads=known.pads,
            versions=(*model.versions, *known.versions),
            notes=known.notes,
        )

    def score(self, batch: TokenBatch, /) -> FloatArray:
        """Give a row of float32 logits for each sequence."""
        (logits,) = self._model.run_rows(batch) if self._row_by_row else self._model.run(batch)
        return logits

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()
