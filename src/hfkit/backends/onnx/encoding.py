"""An encoder in ONNX Runtime, which gives what the layers of a decoder are to remember of its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .open_session import OpenSession, unknown_ids

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["SourceEncoder"]


class SourceEncoder:
    """An encoder with what comes of it in a decoder's layers, as traced beside the decoder.

    Args:
        file: the model.
        name: what it is called in a message.
        threads: threads of one forward pass; None for one on each core.
        vocabulary: how many token ids it knows.
    """

    def __init__(self, file: Path, *, name: str, threads: int | None, vocabulary: int) -> None:
        self._vocabulary = vocabulary
        self._open = OpenSession(file, name=name, threads=threads)

    def encode(self, rows: Sequence[IntArray]) -> list[FloatArray]:
        """Read sources.

        Args:
            rows: the ids of each.

        Returns:
            Keys and values of each layer in turns, ``[rows, heads, columns, size]``; what stands behind the end
            of a row is nobody's.

        Raises:
            SessionClosedError: ``close`` was called.
            OutOfMemoryError: there is too little memory.
            CorruptModelError: the ids are not the model's, or its weights were written over.
            BackendError: it fails otherwise.
        """
        session = self._open.get()
        shape = len(rows), max(map(len, rows))
        ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        if ids.max() >= self._vocabulary:  # a table in 8 bits would give zeros
            raise unknown_ids(ids, self._vocabulary)
        with self._open.computing(ids, vocabulary=None):
            found: list[FloatArray] = session.run(None, {"ids": ids, "mask": mask})
        return found

    def close(self) -> None:
        """Let go of the model."""
        self._open.close()
