"""One forward pass in ONNX Runtime: arrays in, arrays out, errors translated."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from hfkit.backends.cores import cores
from hfkit.errors import (
    BackendError,
    CorruptModelError,
    ModelError,
    OutOfMemoryError,
    SessionClosedError,
    WrongHeadError,
)

from .forks import keep_in_children
from .open_files import OpenFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray

__all__ = ["OnnxModel", "reason_of"]

_INPUTS = {"input_ids": "ids", "attention_mask": "mask", "token_type_ids": "types"}

_KINDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}

# ONNX Runtime writes to standard error; what it would say is raised as well.
_SILENT = 4

_NO_MEMORY = ("bad_alloc", "Failed to allocate memory", "bad allocation")


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
        files = OpenFiles(file)
        session = _open(file, threads)
        kinds = {given.name: given.type for given in session.get_inputs()}
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
        self._session: onnxruntime.InferenceSession | None = session
        self._file = file
        self._files = files
        self._threads = threads
        self._changing = threading.Lock()
        self._kinds = {name: _KINDS[kind] for name, kind in kinds.items()}
        self.reads_types: bool = reads_types and "token_type_ids" in kinds
        self._name = name
        self._outputs = tuple(outputs)
        self._vocabulary = vocabulary
        last = next(given.shape[-1] for given in session.get_outputs() if given.name == outputs[0])
        self.width: int | None = last if isinstance(last, int) else None
        self.versions: tuple[tuple[str, str], ...] = (("onnxruntime", onnxruntime.__version__),)

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
        session = self._session
        if session is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        if self._files.written_over():  # a file that got shorter would end the process
            raise CorruptModelError(
                f"the export of {self._name} was written over while it was open",
                hint="close the model and load it again; write new exports to another folder",
            )
        given = {
            name: getattr(batch, _INPUTS[name]).astype(kind, copy=False) for name, kind in self._kinds.items()
        }
        if not self.reads_types and "token_type_ids" in given:
            given["token_type_ids"] = np.zeros_like(given["token_type_ids"])
        try:
            outputs: list[FloatArray] = session.run(self._outputs, given)
        except Exception as error:  # the library's errors share no base
            if self._vocabulary is not None and batch.ids.max() >= self._vocabulary:
                raise CorruptModelError(
                    f"the tokenizer gives ids up to {batch.ids.max()}, the model has {self._vocabulary}",
                    hint="the tokenizer beside the model is not the one it was trained with",
                ) from error
            if isinstance(error, MemoryError) or any(sign in str(error) for sign in _NO_MEMORY):
                raise OutOfMemoryError(
                    f"{batch.ids.shape[0]} sequences of {batch.ids.shape[1]} tokens do not fit on cpu",
                    hint="use a smaller window, or a machine with more memory",
                ) from error
            raise BackendError(
                f"{self._name} failed in ONNX Runtime: {reason_of(error)}",
                hint="use Runtime(backend='torch')",
            ) from error
        joined = outputs[0] if len(outputs) == 1 else np.stack(outputs, axis=-1)
        return joined.astype(np.float32, copy=False)

    def use_threads(self, threads: int | None) -> int:
        """Open the file again with so many threads, unless it is open so.

        If it is gone, or another by now, all stays as it was.

        Returns:
            How many these are.
        """
        with self._changing:
            if threads != self._threads and self._session is not None:
                with suppress(CorruptModelError):
                    session = _open(self._file, threads)
                    if self._files.unchanged():
                        self._session, self._threads = session, threads
        return threads or cores()

    def close(self) -> None:
        """Let go of the model."""
        with self._changing:
            self._session = None


def _open(file: Path, threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it plans memory for one shape, and each batch has another
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors share no base
        raise CorruptModelError(
            f"{file} cannot be opened by ONNX Runtime {onnxruntime.__version__}: {reason_of(error)}",
            hint="export or fetch the model again, or install a newer onnxruntime",
        ) from error
    keep_in_children(session)
    return session


def reason_of(error: BaseException) -> str:
    """Give what an error says in its first line; libraries add whole stacks."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
