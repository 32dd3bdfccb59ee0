"""Rows that a decoder writes on torch: what was read and what was written are one sequence."""

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

__all__ = ["DecodingBatch", "Step"]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a decoder is given at a time.

    Attributes:
        ids: shape ``[rows, tokens]``.
        mask: which columns hold a token, those of ``ids`` included, shape ``[rows, columns]``.
        positions: of ``ids`` in their rows, shape ``[rows, tokens]``.
        wanted: for so many of the last tokens logits are wanted.
    """

    ids: IntArray
    mask: npt.NDArray[np.bool_]
    positions: IntArray
    wanted: int


class DecodingBatch:
    """See :class:`hfkit.backends.writers.RunningBatch`.

    Rows end in the same column. What is before a shorter one, or between a beginning that it shares and its
    own tokens, is hidden by the mask; positions count tokens, not columns.

    Args:
        run: runs the model on a step with what it remembers; gives logits of the tokens that are wanted.
        budget: the most tokens that are read at a time, padding included.
    """

    def __init__(self, run: Callable[[Step, KeptKeys], FloatArray], *, budget: int) -> None:
        self._run = run
        self._budget = budget
        self._kept = KeptKeys()
        self._mask = np.empty((0, 0), dtype=np.bool_)
        self._shared: tuple[bytes, KeptKeys] | None = None

    @property
    def bytes(self) -> int:
        """Memory that is taken by what is remembered of all rows."""
        return self._kept.bytes

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        """Read rows, short ones together, and put them behind those that are there."""
        if opening is not None:
            raise ValueError("a decoder goes on with what it reads; it takes no opening")
        lengths = np.array([len(row) - shared for row in rows], dtype=np.int64)
        plan = plan_batches(lengths, budget=self._budget)
        parts, masks, logits = [], [], []
        for places in plan:
            ids, own = _right_aligned([rows[place][shared:] for place in places])
            kept = self._behind(rows[0][:shared], *ids.shape) if shared else KeptKeys()
            mask = np.concatenate((np.ones((len(places), shared), dtype=np.bool_), own), axis=1)
            positions = np.maximum(own.cumsum(axis=1) - 1, 0) + shared
            logits.append(self._run(Step(ids, mask, positions, 1), kept)[:, -1])
            parts.append(kept)
            masks.append(mask)
        first = len(self._mask)
        self._kept.join(parts, [(places + first).tolist() for places in plan])
        self._mask = _joined(self._mask, masks, plan)
        found = np.empty((len(rows), logits[0].shape[-1]), dtype=np.float32)
        for places, part in zip(plan, logits, strict=True):
            found[places] = part
        return found

    def write(self, tokens: IntArray, /) -> FloatArray:
        """Write tokens to the end of each row."""
        columns = self._mask.shape[1]
        mask = np.concatenate((self._mask, np.ones(tokens.shape, dtype=np.bool_)), axis=1)
        positions = self._mask.sum(axis=1, keepdims=True) + np.arange(tokens.shape[1])
        try:
            logits = self._run(Step(tokens, mask, positions, tokens.shape[1]), self._kept)
        except BaseException:
            self._kept.crop_to(columns)  # some layers may have written
            raise
        self._mask = mask
        return logits

    def keep(self, rows: IntArray, /) -> None:
        """Go on with these rows; columns that none of them uses are let go when there are many."""
        mask = self._mask[rows]
        used = np.flatnonzero(mask.any(axis=0))
        start = int(used[0]) if len(used) else mask.shape[1]
        start = start if start * 8 >= mask.shape[1] else 0
        if not len(rows):
            self._kept, self._mask = KeptKeys(), np.empty((0, 0), dtype=np.bool_)
            return
        self._kept.keep(rows.tolist(), start=start)
        self._mask = mask[:, start:]

    def forget(self, tokens: int, /) -> None:
        """Take tokens back from the end of every row."""
        columns = self._mask.shape[1] - tokens
        self._kept.crop_to(columns)
        self._mask = self._mask[:, :columns]

    def _behind(self, ids: IntArray, rows: int, more: int) -> KeptKeys:
        """Give what rows share, read or known from the last time, for so many rows that go on with more tokens."""
        key = ids.tobytes()
        if self._shared is None or self._shared[0] != key:
            kept = KeptKeys()
            self._run(
                Step(ids[None], np.ones((1, len(ids)), dtype=np.bool_), np.arange(len(ids))[None], 1), kept
            )
            self._shared = key, kept
        return self._shared[1].forked(rows, more=more)


def _right_aligned(rows: Sequence[IntArray]) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Lay rows so that all end in the last column, over zeros; give them and where they are."""
    shape = len(rows), max(map(len, rows))
    ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.bool_)
    for place, row in enumerate(rows):
        ids[place, shape[1] - len(row) :] = row
        mask[place, shape[1] - len(row) :] = True
    return ids, mask


def _joined(
    mask: npt.NDArray[np.bool_], parts: Sequence[npt.NDArray[np.bool_]], plan: Sequence[IntArray]
) -> npt.NDArray[np.bool_]:
    """Put the masks of new rows behind the others; all end in the same column."""
    shape = len(mask) + sum(map(len, parts)), max(part.shape[1] for part in (mask, *parts))
    joined = np.zeros(shape, dtype=np.bool_)
    joined[: len(mask), shape[1] - mask.shape[1] :] = mask
    for part, places in zip(parts, plan, strict=True):
        joined[places + len(mask), shape[1] - part.shape[1] :] = part
    return joined
