"""Sequence classification in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.backends.held_model import HeldModel
from hfkit.backends.protocols import ScorerCard

from .forward import OnnxModel
from .labels import labels_of

if TYPE_CHECKING:
    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray

    from .opening import OpenExport

__all__ = ["OnnxScorer"]


class OnnxScorer(HeldModel[OnnxModel]):
    """A sequence classification model in ONNX Runtime.

    Raises:
        CorruptModelError: the configuration names more or fewer labels than the model gives.
    """

    def __init__(self, opened: OpenExport) -> None:
        super().__init__(opened.model)
        self.card: ScorerCard = ScorerCard(
            labels=labels_of(opened),
            max_tokens=opened.card.max_tokens,
            pad_id=opened.card.pad_id,
            device="cpu",
            dtype=opened.card.dtype,
            pads=opened.card.pads,
            versions=opened.versions,
            notes=opened.card.notes,
        )

    def score(self, batch: TokenBatch, /) -> FloatArray:
        """Give a row of float32 logits for each sequence."""
        return self._model.run(batch)
