"""Rows that an encoder-decoder writes on torch: one text is read, another written beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hfkit.text.batching import plan_batches

from .kept_keys import KeptKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["EncodedBatch", "Sources"]


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What is written beside: the keys and values of sources, made at the first step.

    Attributes:
        ids: the sources, padded at the right, shape ``[rows, tokens]``, until they have been read.
        mask: which columns hold a token, shape ``[rows, tokens]``.
        kept: what the decoder's layers remember of them.
    """

    ids: IntArray | None
    mask: npt.NDArray[np.bool_]
    kept: KeptKeys


class EncodedBatch:
    """See :class:`hfkit.backends.writers.RunningBatch`.

    All rows are as long as each other: they are read at once, and a model's positions may be those of columns.

    Args:
        run: runs the model: reads sources that were not read yet, then writes ids, ``[rows, tokens]``, behind
            what the decoder remembers; gives logits of each.
        budget: the most tokens that are read at a time, padding included.
    """

    def __init__(self, run: Callable[[Sources, IntArray, KeptKeys], FloatArray], *, budget: int) -> None:
        self._run = run
        self._budget = budget
        self._written = KeptKeys()
        self._sources = Sources(None, np.empty((0, 0), dtype=np.bool_), KeptKeys())

    @property
    def bytes(self) -> int:
        """Memory that is taken by what is remembered of all rows."""
        return self._written.bytes + self._sources.kept.bytes

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        """Read sources, short ones together, and begin to write beside each."""
        if opening is None or shared or len(self._sources.mask):
            raise ValueError(
                "sources are read at once, each as a whole, and written beside from an opening on"
            )
        plan = plan_batches(np.array([len(row) for row in rows], dtype=np.int64), budget=self._budget)
        parts, written, logits = [], [], []
        for places in plan:
            part, kept = _laid_out([rows[place] for place in places]), KeptKeys()
            logits.append(self._run(part, np.tile(opening, (len(places), 1)), kept)[:, -1])
            parts.append(part)
            written.append(kept)
        positions = [places.tolist() for places in plan]
        self._written.join(written, positions)
        self._sources.kept.join([part.kept for part in parts], positions)
        mask = np.zeros((len(rows), max(part.mask.shape[1] for part in parts)), dtype=np.bool_)
        found = np.empty((len(rows), logits[0].shape[-1]), dtype=np.float32)
        for places, part, own in zip(plan, parts, logits, strict=True):
            mask[places, mask.shape[1] - part.mask.shape[1] :] = part.mask  # as the keys were joined
            found[places] = own
        self._sources = Sources(None, mask, self._sources.kept)
        return found

    def write(self, tokens: IntArray, /) -> FloatArray:
        """Write tokens to the end of each row."""
        columns = self._written.columns
        try:
            return self._run(self._sources, tokens, self._written)
        except BaseException:
            self._written.crop_to(columns)  # some layers may have written
            raise

    def keep(self, rows: IntArray, /) -> None:
        """Go on with these rows."""
        if not len(rows):
            self._written = KeptKeys()
            self._sources = Sources(None, np.empty((0, 0), dtype=np.bool_), KeptKeys())
            return
        self._written.keep(rows.tolist())
        self._sources.kept.keep(rows.tolist())
        self._sources = Sources(None, self._sources.mask[rows], self._sources.kept)

    def forget(self, tokens: int, /) -> None:
        """Take tokens back from the end of every row."""
        self._written.crop_to(self._written.columns - tokens)


def _laid_out(rows: Sequence[IntArray]) -> Sources:
    """Lay rows so that all begin in the first column, over zeros."""
    shape = len(rows), max(map(len, rows))
    ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = True
    return Sources(ids, mask, KeptKeys())
