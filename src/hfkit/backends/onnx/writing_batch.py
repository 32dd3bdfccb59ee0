"""What all rows have in common that are written in ONNX Runtime, whatever they were read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kept_rows import KeptRows

if TYPE_CHECKING:
    from hfkit.text.arrays import FloatArray, IntArray

    from .stepping import BoundRows, Decoder

__all__ = ["WritingBatch"]


class WritingBatch:
    """See :class:`hfkit.backends.writers.RunningBatch`; how rows are read is left to those that extend it.

    Args:
        decoder: writes.
        budget: the most tokens that are read at a time, padding included.
    """

    def __init__(self, decoder: Decoder, *, budget: int) -> None:
        self._decoder = decoder
        self._budget = budget
        self._written = KeptRows(decoder.sizes)
        self._sources = KeptRows(decoder.source_sizes, reads_all=True) if decoder.source_sizes else None
        # Rows lie in memory in an order of their own, so that as few as possible are moved.
        self._places: IntArray = np.zeros(0, dtype=np.int64)
        self._bound: BoundRows | None = None

    @property
    def _kept(self) -> tuple[KeptRows, ...]:
        return (self._written,) if self._sources is None else (self._written, self._sources)

    def write(self, tokens: IntArray, /) -> FloatArray:
        """Write tokens to the end of each row."""
        rows, width = tokens.shape
        self._written.reserve(rows, int(self._written.lengths.max(initial=0)) + width)
        if self._bound is None or not self._bound.holds(0, rows):
            self._bound = self._decoder.bind(0, rows, *self._kept)
        ids = np.empty_like(tokens)
        ids[self._places] = tokens
        wanted = (self._places[:, None] * width + np.arange(width)).ravel()
        logits = self._decoder.step(self._bound, ids, np.full(rows, width, dtype=np.int64), wanted)
        return logits.reshape(rows, width, -1)

    def keep(self, rows: IntArray, /) -> None:
        """Go on with these rows, in this order."""
        kept = self._places[rows]
        for remembered in self._kept:
            self._places = remembered.keep(kept)

    def forget(self, tokens: int, /) -> None:
        """Take tokens back from the end of every row."""
        self._written.lengths -= tokens
