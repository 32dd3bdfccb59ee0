"""Rows that a decoder writes in ONNX Runtime: what was read and what was written are one sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.text.batching import plan_batches

from .writing_batch import WritingBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import FloatArray, IntArray

    from .stepping import Decoder

__all__ = ["OnnxDecodingBatch"]

# A longer text is read in pieces: attention makes a table of a piece and all that is before it.
_PIECE = 512


class OnnxDecodingBatch(WritingBatch):
    """Rows of a decoder alone; see :class:`hfkit.backends.writers.RunningBatch`.

    Args:
        decoder: runs the model.
        budget: the most tokens that are read at a time, padding included.
    """

    def __init__(self, decoder: Decoder, *, budget: int) -> None:
        super().__init__(decoder, budget=budget)
        self._shared: tuple[bytes, list[FloatArray]] | None = None

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        """Read rows, short ones together, and put them behind those that are there."""
        if opening is not None:
            raise ValueError("a decoder goes on with what it reads; it takes no opening")
        first = len(self._written.lengths)
        try:
            beginning = self._beginning(rows[0][:shared]) if shared else None
            lengths = np.array([len(row) - shared for row in rows], dtype=np.int64)
            places = np.empty(len(rows), dtype=np.int64)
            logits = np.empty((len(rows), self._decoder.vocabulary), dtype=np.float32)
            self._written.reserve(first + len(rows), shared + int(lengths.max()))
            for group in plan_batches(lengths, budget=self._budget):
                start = self._written.add(len(group), 0)
                places[group] = np.arange(start, start + len(group))
                if beginning is not None:
                    for row in range(start, start + len(group)):
                        self._written.fill(row, beginning)
                logits[group] = self._read_on(start, [rows[place][shared:] for place in group])
        except BaseException:
            self._written.drop(first)
            raise
        self._places = np.concatenate((self._places, places))
        return logits

    def _beginning(self, ids: IntArray) -> list[FloatArray]:
        """Read what rows share, or remember it from the last time."""
        key = ids.tobytes()
        if self._shared is None or self._shared[0] != key:
            row = self._written.add(1, len(ids))
            self._read_on(row, [ids])
            self._shared = key, self._written.beginning(row, len(ids))
            self._written.drop(row)
        return self._shared[1]

    def _read_on(self, first: int, rows: Sequence[IntArray]) -> FloatArray:
        """Read ids behind what rows have; give logits of what comes next."""
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        longest = int(lengths.max())
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
        logits = np.empty((len(rows), self._decoder.vocabulary), dtype=np.float32)
        before = int(self._written.lengths[first : first + len(rows)].max())
        # The width of a piece has to fit behind every row.
        self._written.reserve(first + len(rows), before + longest)
        bound = self._decoder.bind(first, len(rows), self._written)
        for start in range(0, longest, _PIECE):
            piece = ids[:, start : start + _PIECE]
            counts = np.clip(lengths - start, 0, piece.shape[1])
            ends = np.flatnonzero((counts > 0) & (lengths <= start + _PIECE))
            found = self._decoder.step(bound, piece, counts, ends * piece.shape[1] + counts[ends] - 1)
            logits[ends] = found
        return logits
