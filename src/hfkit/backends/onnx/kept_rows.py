"""Keys and values of rows, in buffers that ONNX Runtime writes into: rows come, fork and leave without moving the rest.

Each row is counted from the first column, so rows of different lengths stand side by side without padding. All
rows that are there are the first ones of a buffer, and so are one block of memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import OutOfMemoryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["KeptRows"]

# Room to spare costs nothing until it is written to: the system gives memory then.
_SPARE_COLUMNS = 64
_SPARE_ROWS = 4


class KeptRows:
    """What a decoder remembers of its rows.

    Args:
        sizes: heads, and numbers of a head, of each buffer.
        reads_all: whether all columns are read, with a mask on those that are not a row's own: then there are no
            more than are needed, and they hold what is finite.

    Attributes:
        buffers: one for each of ``sizes``, ``[rows, heads, columns, size]``.
        lengths: the columns that each row has, ``[rows]``; the rows beyond are free.
        version: changes whenever there are other buffers.
    """

    def __init__(
        self,
        sizes: Sequence[tuple[int, int]],
        *,
        reads_all: bool = False,
    ) -> None:
        self._sizes = sizes
        self._reads_all = reads_all
        self.buffers: list[FloatArray] = [self._make(0, heads, 0, size) for heads, size in sizes]
        self.lengths: IntArray = np.zeros(0, dtype=np.int64)
        self.version: int = 0

    def _make(self, *shape: int) -> FloatArray:
        try:
            return (np.zeros if self._reads_all else np.empty)(shape, dtype=np.float32)
        except MemoryError as error:
            raise OutOfMemoryError(
                f"the keys and values of {shape[0]} rows of {shape[2]} tokens do not fit on cpu",
                hint="write fewer or shorter texts at a time",
            ) from error

    @property
    def columns(self) -> int:
        """How many columns there is room for."""
        return int(self.buffers[0].shape[2])

    def reserve(self, rows: int, columns: int) -> None:
        """Make room for so many rows in all, each of so many columns.

        Raises:
            OutOfMemoryError: there is none; all stays as it was.
        """
        have_rows, _, have_columns, _ = self.buffers[0].shape
        if rows <= have_rows and columns <= have_columns:
            return
        if rows > have_rows:
            rows += rows // _SPARE_ROWS
        if columns > have_columns and not self._reads_all:
            columns += max(_SPARE_COLUMNS, columns // 2)
        shape = max(rows, have_rows), max(columns, have_columns)
        there, longest = len(self.lengths), int(self.lengths.max(initial=0))
        larger = [self._make(shape[0], heads, shape[1], size) for heads, size in self._sizes]
        for buffer, old in zip(larger, self.buffers, strict=True):
            buffer[:there, :, :longest] = old[:there, :, :longest]
        self.buffers = larger
        self.version += 1

    def add(self, rows: int, columns: int) -> int:
        """Add empty rows, each with room for so many columns; give the first."""
        first = len(self.lengths)
        self.reserve(first + rows, columns)
        self.lengths = np.concatenate((self.lengths, np.zeros(rows, dtype=np.int64)))
        return first

    def fill(self, row: int, parts: Sequence[FloatArray]) -> None:
        """Put columns at the beginning of a row, ``[heads, columns, size]`` for each buffer."""
        for buffer, part in zip(self.buffers, parts, strict=True):
            buffer[row, :, : part.shape[1]] = part
        self.lengths[row] = parts[0].shape[1]

    def beginning(self, row: int, columns: int) -> list[FloatArray]:
        """Copy the first columns of a row, ``[heads, columns, size]`` of each buffer."""
        return [buffer[row, :, :columns].copy() for buffer in self.buffers]

    def keep(self, rows: IntArray) -> IntArray:
        """Keep these rows, each as often as it is named; those that can stay where they are.

        Returns:
            Where each of them is now, ``[rows]``.
        """
        places = np.full(len(rows), -1, dtype=np.int64)
        self.reserve(len(rows), 0)
        taken = np.zeros(len(rows), dtype=np.bool_)
        for place, row in enumerate(rows.tolist()):
            if row < len(rows) and not taken[row]:
                places[place], taken[row] = row, True
        moved, free = np.flatnonzero(places < 0), np.flatnonzero(~taken)
        for place, target in zip(moved.tolist(), free.tolist(), strict=True):
            # A free place is read by nobody: whoever stays in it would have taken it.
            source = int(rows[place])
            length = int(self.lengths[source])
            for buffer in self.buffers:
                buffer[target, :, :length] = buffer[source, :, :length]
            places[place] = target
        lengths = np.empty(len(rows), dtype=np.int64)
        lengths[places] = self.lengths[rows]
        self.lengths = lengths
        return places

    def drop(self, first: int) -> None:
        """Let go of the rows from this one on."""
        self.lengths = self.lengths[:first]
