"""Make an 8-bit or 4-bit export of a model that writes from one in float32, and say what that changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from .bit_blocks import quantize_blocks
from .export_folder import ENCODER_FILE, MODEL_FILE
from .quantizing import write_quantized
from .written_export import WrittenExport

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.text.arrays import FloatArray, IntArray

    from .export_folder import ExportFolder

__all__ = ["quantize_writer"]

# Tokens that are read, and how many are written to each.
_LENGTHS = (5, 13, 2, 8)
_WRITTEN = 24

# Tokens that are read at a time.
_BUDGET = 64


def quantize_writer(export: ExportFolder, draft: Path, *, name: str, bits: Literal[8, 4]) -> str:
    """Write the model in fewer bits beside what was copied of its export, and compare the two.

    Args:
        export: the model in float32.
        draft: where to write.
        name: what it is called in a message.
        bits: how many its matrices get.

    Returns:
        What changes.

    Raises:
        ModelError: there is nothing to make them of.
        BackendError: one of them fails.
    """
    for file in (MODEL_FILE, ENCODER_FILE):
        if (export.path / file).is_file():
            write_quantized(export.path / file, draft / file, partial(quantize_blocks, bits=bits), name=name)
    full, small = (WrittenExport(folder, name=name, threads=1) for folder in (export.path, draft))
    most = export.card.max_tokens if export.card else None
    try:
        return _note(full, small, bits=bits, max_tokens=most)
    finally:
        full.close()
        small.close()


def _note(full: WrittenExport, small: WrittenExport, *, bits: int, max_tokens: int | None) -> str:
    chance = np.random.default_rng(0)
    low, high = full.vocabulary // 3, full.vocabulary * 2 // 3
    rows = [chance.integers(low, max(low + 1, high), length) for length in _LENGTHS]
    count = min(_WRITTEN, (max_tokens or _WRITTEN + max(_LENGTHS)) - max(_LENGTHS))
    expected = _write(full, rows, count=count)
    written = expected.argmax(axis=2)
    found = _write(small, rows, count=count, given=written)
    alone = np.concatenate(
        [
            _write(small, [row], count=count, given=written[place : place + 1])
            for place, row in enumerate(rows)
        ]
    )
    same = float((written == found.argmax(axis=2)).mean())
    moved = int((found.argmax(axis=2) != alone.argmax(axis=2)).sum())
    return (
        f"weights are {bits} bits: of {written.size} tokens that the model writes behind random ones, it writes "
        f"{same:.0%} as in float32; logits, of which the first two lie {_lead(expected):.2g} apart, change by up to "
        f"{np.abs(expected - found).max():.2g}; batching changes {moved} tokens"
    )


def _write(
    writer: WrittenExport, rows: Sequence[IntArray], *, count: int, given: IntArray | None = None
) -> FloatArray:
    """Give logits, ``[rows, count, vocabulary]``, of the likeliest tokens one after the other, or of given ones."""
    batch = writer.begin(budget=_BUDGET)
    opening = np.zeros(1, dtype=np.int64) if writer.encodes else None
    logits = [batch.read(rows, opening=opening)]
    for place in range(count - 1):
        tokens = logits[-1].argmax(axis=1) if given is None else given[:, place]
        logits.append(batch.write(tokens[:, None])[:, 0])
    return np.stack(logits, axis=1)


def _lead(logits: FloatArray) -> float:
    """Give the median of how far the likeliest token is ahead of the next."""
    ordered = np.sort(logits, axis=-1)
    return float(np.median(ordered[..., -1] - ordered[..., -2]))
