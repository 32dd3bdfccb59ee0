"""A decoder in ONNX Runtime, one step at a time, which writes what it remembers into buffers in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from hfkit.errors import ModelError

from .open_session import OpenSession, unknown_ids

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.text.arrays import FloatArray, IntArray

    from .kept_rows import KeptRows

__all__ = ["BoundRows", "Decoder"]

_LOGITS = "logits"


@dataclass(frozen=True, slots=True, eq=False)
class BoundRows:
    """Rows whose buffers ONNX Runtime has been shown: that takes as long as a layer, and holds for many steps.

    Attributes:
        kept: what is remembered of the rows.
        first: the first of them.
        rows: how many follow each other.
        versions: of the buffers that were shown.
        binding: what ONNX Runtime knows of them.
    """

    kept: tuple[KeptRows, ...]
    first: int
    rows: int
    versions: tuple[int, ...]
    binding: onnxruntime.IOBinding

    def holds(self, first: int, rows: int) -> bool:
        """Tell whether it still holds, and is of these rows."""
        return (self.first, self.rows) == (first, rows) and self.versions == tuple(
            kept.version for kept in self.kept
        )


class Decoder:
    """A step of a model that writes, as :func:`hfkit.backends.onnx.trace_decoder.trace_decoder` traces it.

    Args:
        file: the model.
        name: what it is called in a message.
        threads: threads of one step; None for one on each core.

    Attributes:
        vocabulary: columns of its logits.
        sizes: heads, and numbers of a head, of each buffer for what was written.
        source_sizes: the same for sources, keys and values; none without them.
        versions: the libraries that run it.

    Raises:
        CorruptModelError: ONNX Runtime cannot read it.
        ModelError: it is no such step.
    """

    def __init__(self, file: Path, *, name: str, threads: int | None) -> None:
        self._open = OpenSession(file, name=name, threads=threads)
        session = self._open.get()
        given = {value.name: value.shape for value in session.get_inputs()}
        self._past = [name for name in given if name.startswith("past.")]
        self._sources = [name for name in given if name.startswith("source.")]
        self._takes_positions = "positions" in given
        found = {value.name: value.shape for value in session.get_outputs()}
        self._present = [name for name in found if name.startswith("present.")]
        if not self._past or len(self._past) != len(self._present) or _LOGITS not in found:
            raise ModelError(
                f"{file} takes {', '.join(given)} and gives {', '.join(found)}, which is no step of hfkit's",
                hint="give the folder of the weights, of which hfkit makes its own export",
            )
        self.vocabulary: int = found[_LOGITS][1]
        self.sizes: list[tuple[int, int]] = [(given[name][1], given[name][3]) for name in self._past]
        self.source_sizes: list[tuple[int, int]] = [
            (given[name][1], given[name][3]) for name in self._sources
        ]
        self.versions: tuple[tuple[str, str], ...] = self._open.versions

    def bind(self, first: int, rows: int, *kept: KeptRows) -> BoundRows:
        """Show ONNX Runtime the buffers of rows.

        Args:
            first: the first of them.
            rows: how many follow each other.
            kept: what was written to them, and what they are written beside, if there is something.
        """
        binding = self._open.get().io_binding()
        for name, buffer in zip((*self._past, *self._sources), _buffers(kept), strict=True):
            value = onnxruntime.OrtValue.ortvalue_from_numpy(buffer[first : first + rows])
            binding.bind_ortvalue_input(name, value)
            if name.startswith("past."):
                binding.bind_ortvalue_output(name.replace("past.", "present.", 1), value)
        return BoundRows(kept, first, rows, tuple(one.version for one in kept), binding)

    def step(self, bound: BoundRows, ids: IntArray, counts: IntArray, wanted: IntArray) -> FloatArray:
        """Write tokens behind those of rows.

        There has to be room for all of ``ids`` behind each row.

        Args:
            bound: the rows; what was written to them is longer afterwards.
            ids: shape ``[rows, tokens]``.
            counts: how many of the tokens of each row are its own, ``[rows]``; the rest is passed over.
            wanted: of which tokens logits are wanted, counted over all rows.

        Returns:
            Logits, shape ``[wanted, vocabulary]``, in memory of their own.

        Raises:
            SessionClosedError: ``close`` was called.
            OutOfMemoryError: there is too little memory.
            BackendError: it fails otherwise.
            CorruptModelError: the ids are not the model's, or its weights were written over.
        """
        session, binding = self._open.get(), bound.binding
        written, *beside = bound.kept
        rows = slice(bound.first, bound.first + bound.rows)
        before = written.lengths[rows]
        after = before + counts
        places = np.arange(ids.shape[1])
        # Places of what is passed over may be beyond all that the model has positions for.
        positions = np.where(places < counts[:, None], before[:, None] + places, 0)
        if ids.max() >= self.vocabulary:  # a table in 8 bits would give zeros
            raise unknown_ids(ids, self.vocabulary)
        with self._open.computing(ids, vocabulary=None):
            logits = np.empty((len(wanted), self.vocabulary), dtype=np.float32)
            arrays = {
                "ids": np.ascontiguousarray(ids, dtype=np.int64),
                "lasts": (after - 1).astype(np.int32),
                "counts": counts.astype(np.int32),
                "wanted": wanted,
            }
            if beside:
                (sources,) = beside
                columns = np.arange(sources.columns)
                arrays["source_mask"] = (columns < sources.lengths[rows][:, None]).astype(np.int32)
            if self._takes_positions:
                arrays["positions"] = positions
            for name, array in arrays.items():
                binding.bind_cpu_input(name, array)
            binding.bind_ortvalue_output(_LOGITS, onnxruntime.OrtValue.ortvalue_from_numpy(logits))
            session.run_with_iobinding(binding)
        written.lengths[rows] = after
        return logits

    def require_open(self) -> None:
        """Make sure that it is open.

        Raises:
            SessionClosedError: ``close`` was called.
        """
        self._open.get()

    def close(self) -> None:
        """Let go of the model."""
        self._open.close()


def _buffers(kept: Sequence[KeptRows]) -> list[FloatArray]:
    return [buffer for one in kept for buffer in one.buffers]
