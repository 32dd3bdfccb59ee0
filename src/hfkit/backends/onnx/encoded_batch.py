"""Rows that an encoder-decoder writes in ONNX Runtime: one text is read, another written beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.text.batching import plan_batches

from .writing_batch import WritingBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import FloatArray, IntArray

    from .encoding import SourceEncoder
    from .stepping import Decoder

__all__ = ["OnnxEncodedBatch"]


class OnnxEncodedBatch(WritingBatch):
    """Rows of an encoder-decoder; see :class:`hfkit.backends.writers.RunningBatch`.

    Args:
        encoder: reads sources.
        decoder: writes beside them.
        budget: the most tokens that are read at a time, padding included.
    """

    def __init__(self, encoder: SourceEncoder, decoder: Decoder, *, budget: int) -> None:
        super().__init__(decoder, budget=budget)
        self._encoder = encoder

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        """Read sources, short ones together, and begin to write beside each."""
        if opening is None or shared:
            raise ValueError("sources are read as a whole, and written beside from an opening on")
        written, sources = self._kept
        first = len(written.lengths)
        try:
            lengths = np.array([len(row) for row in rows], dtype=np.int64)
            places = np.empty(len(rows), dtype=np.int64)
            sources.reserve(first + len(rows), int(lengths.max()))
            for group in plan_batches(lengths, budget=self._budget):
                found = self._encoder.encode([rows[place] for place in group])
                start = sources.add(len(group), 0)
                places[group] = np.arange(start, start + len(group))
                for row, place in enumerate(group):
                    sources.fill(start + row, [part[row, :, : lengths[place]] for part in found])
            written.add(len(rows), len(opening))
            bound = self._decoder.bind(first, len(rows), written, sources)
            counts = np.full(len(rows), len(opening), dtype=np.int64)
            wanted = (places - first) * len(opening) + len(opening) - 1
            logits = self._decoder.step(bound, np.tile(opening, (len(rows), 1)), counts, wanted)
        except BaseException:
            written.drop(first)
            sources.drop(first)
            raise
        self._places = np.concatenate((self._places, places))
        return logits
