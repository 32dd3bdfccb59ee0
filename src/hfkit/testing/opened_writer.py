"""Open a model that writes for the checks, with rows for it to read and tokens for it to write."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.hub.resolve import resolve

from .opened import open_with
from .promise import require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hfkit.backends.writers import RunningBatch, Writer, WriterCard
    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["TOLERANCE", "OpenedWriter", "open_writer", "require_alike"]

TOLERANCE = 1e-4
"""What another order of sums may change, as a part of the largest logit, or of 1 if that is more."""

_LENGTHS = (5, 2, 9, 1, 7)
_WRITTEN = 6


@dataclass(frozen=True, slots=True, eq=False)
class OpenedWriter:
    """An open model that writes.

    Attributes:
        writer: what the backend opened.
        rows: ids to read, of several lengths.
        tokens: ids to write behind them, shape ``[rows, tokens]``.
        opening: what a model that encodes writes behind; None for others.
    """

    writer: Writer
    rows: list[IntArray]
    tokens: IntArray
    opening: IntArray | None

    @property
    def card(self) -> WriterCard:
        """What the model says of itself."""
        return self.writer.card

    def begin(self, rows: Sequence[IntArray], *, shared: int = 0) -> tuple[RunningBatch, FloatArray]:
        """Begin a batch with some rows; give it with their logits."""
        batch = self.writer.begin()
        return batch, self.read(batch, rows, shared=shared)

    def read(self, batch: RunningBatch, rows: Sequence[IntArray], *, shared: int = 0) -> FloatArray:
        """Read rows into a batch."""
        return batch.read(rows, shared=shared, opening=self.opening)

    def draw(self, *shape: int, seed: int) -> IntArray:
        """Draw ids of the vocabulary, none of them that of padding."""
        return _draw(self.card, shape, seed)


@contextmanager
def open_writer(backend: object, model_dir: Path) -> Iterator[OpenedWriter]:
    """Open a model that writes, and draw rows for it; close it in the end."""
    writer = cast("Writer", open_with(backend, model_dir))
    try:
        card = writer.card
        rows = [_draw(card, (length,), seed) for seed, length in enumerate(_LENGTHS)]
        opening = None
        if card.encodes:
            named = resolve(model_dir, offline=True).config.get("decoder_start_token_id")
            opening = np.array([named if isinstance(named, int) else card.pad_id], dtype=np.int64)
        yield OpenedWriter(writer, rows, _draw(card, (len(rows), _WRITTEN), len(rows)), opening)
    finally:
        writer.close()


def require_alike(found: FloatArray, expected: FloatArray, otherwise: str) -> None:
    """Raise unless logits are the same but for what another order of sums changes.

    Raises:
        BrokenPromiseError: they are not.
    """
    require(found.shape == expected.shape, f"{otherwise}: shape {found.shape}, must be {expected.shape}")
    difference = float(np.abs(found - expected).max(initial=0))
    most = TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0)))
    require(difference <= most, f"{otherwise}, by {difference:.2g}")


def _draw(card: WriterCard, shape: tuple[int, ...], seed: int) -> IntArray:
    ids = np.random.default_rng(seed).integers(0, card.vocabulary - 1, shape)
    return ids + (ids >= card.pad_id)
