"""One forward pass in ONNX Runtime: arrays in, arrays out, errors translated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import ModelError, WrongHeadError

from .open_session import OpenSession

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from onnxruntime import InferenceSession

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["OnnxModel", "input_arrays", "input_kinds"]

_INPUTS = {"input_ids": "ids", "attention_mask": "mask", "token_type_ids": "types"}

_KINDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


def input_kinds(session: InferenceSession) -> dict[str, str]:
    """Give the number type of each input that a session wants, by its name."""
    return {given.name: given.type for given in session.get_inputs()}


def input_arrays(kinds: Mapping[str, str], batch: TokenBatch) -> dict[str, IntArray]:
    """Give a batch as inputs, in the number types that are wanted."""
    return {
        name: getattr(batch, _INPUTS[name]).astype(_KINDS[kind], copy=False) for name, kind in kinds.items()
    }


class OnnxModel:
    """An open ONNX file.

    Args:
        file: the model.
        name: what it is called in a message.
        outputs: the names of the outputs that are wanted, all of one shape.
        threads: threads of one forward pass; None for one on each core.
        vocabulary: how many token ids it knows; None if that is not said.
        reads_types: whether it is told the second of two texts as such, if it can be.

    Attributes:
        reads_types: whether it is told the second of two texts as such.
        axes: how many the output has: rows, tokens if it is for each of them, and numbers.
        width: numbers of a row of the output, where the file says that.
        versions: the libraries that run it.

    Raises:
        CorruptModelError: ONNX Runtime cannot read it.
        ModelError: it wants inputs that hfkit does not know.
        WrongHeadError: it gives other outputs.
    """

    def __init__(
        self,
        file: Path,
        *,
        name: str,
        outputs: Sequence[str],
        threads: int | None,
        vocabulary: int | None = None,
        reads_types: bool = True,
    ) -> None:
        self._open = OpenSession(file, name=name, threads=threads)
        session = self._open.get()
        kinds = input_kinds(session)
        unknown = sorted(name for name, kind in kinds.items() if name not in _INPUTS or kind not in _KINDS)
        if unknown or "input_ids" not in kinds:
            raise ModelError(
                f"{file} wants {', '.join(f'{name}: {kind}' for name, kind in kinds.items())}; "
                f"hfkit gives {', '.join(_INPUTS)}, each as int64 or int32",
                hint="export the model as transformers and optimum name its inputs",
            )
        found = [given.name for given in session.get_outputs()]
        if not set(outputs) <= set(found):
            raise WrongHeadError(
                f"{file} gives {', '.join(found)}, must give {' and '.join(outputs)}",
                hint="open it with the verb it was trained for",
            )
        self.reads_types: bool = reads_types and "token_type_ids" in kinds
        self._kinds = kinds
        self._outputs = tuple(outputs)
        self._vocabulary = vocabulary
        shape = next(given.shape for given in session.get_outputs() if given.name == outputs[0])
        self.axes: int = len(shape)
        last = shape[-1]
        self.width: int | None = last if isinstance(last, int) else None
        self.versions: tuple[tuple[str, str], ...] = self._open.versions

    def run(self, batch: TokenBatch) -> FloatArray:
        """Run one forward pass.

        Returns:
            The wanted output in float32, in memory of its own; several are stacked along a new last axis.

        Raises:
            OutOfMemoryError: the batch is too large.
            SessionClosedError: ``close`` was called.
            BackendError: it fails otherwise.
            CorruptModelError: the ids are not the model's, or its weights were written over.
        """
        session = self._open.get()
        given = input_arrays(self._kinds, batch)
        if not self.reads_types and "token_type_ids" in given:
            given["token_type_ids"] = np.zeros_like(given["token_type_ids"])
        with self._open.computing(batch.ids, vocabulary=self._vocabulary):
            outputs: list[FloatArray] = session.run(self._outputs, given)
        joined = outputs[0] if len(outputs) == 1 else np.stack(outputs, axis=-1)
        return joined.astype(np.float32, copy=False)

    def use_threads(self, threads: int | None) -> int:
        """Open the file again with so many threads; see :meth:`OpenSession.use_threads`."""
        return self._open.use_threads(threads)

    def close(self) -> None:
        """Let go of the model."""
        self._open.close()
