"""Models that write text, in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.backends.writers import WriterCard

from .decoding_batch import DecodingBatch

if TYPE_CHECKING:
    from .export_folder import ExportCard
    from .stepping import Decoder

__all__ = ["OnnxWriter"]

_FLOAT_BYTES = 4


class OnnxWriter:
    """A decoder in ONNX Runtime.

    Args:
        decoder: the open export.
        card: what else is known of it.
        budget: the most tokens that are read at a time, padding included.
    """

    def __init__(self, decoder: Decoder, card: ExportCard, *, budget: int) -> None:
        self._decoder = decoder
        self._budget = budget
        self.card: WriterCard = WriterCard(
            vocabulary=decoder.vocabulary,
            token_bytes=_FLOAT_BYTES * sum(heads * size for heads, size in decoder.sizes),
            max_tokens=card.max_tokens,
            pad_id=card.pad_id,
            device="cpu",
            dtype=card.dtype,
            versions=tuple(sorted((dict(card.versions) | dict(decoder.versions)).items())),
            notes=card.notes,
        )

    def begin(self) -> DecodingBatch:
        """Begin an empty batch; see :class:`hfkit.backends.writers.RunningBatch`."""
        return DecodingBatch(self._decoder, budget=self._budget)

    def close(self) -> None:
        """Let go of the model."""
        self._decoder.close()
