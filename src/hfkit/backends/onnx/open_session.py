"""An ONNX file that is open in ONNX Runtime: its session, its threads, and what becomes of its errors."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import onnxruntime

from hfkit.backends.cores import cores
from hfkit.errors import BackendError, CorruptModelError, OutOfMemoryError, SessionClosedError

from .forks import keep_in_children
from .open_files import OpenFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hfkit.text.arrays import IntArray

__all__ = ["OpenSession", "reason_of", "unknown_ids"]

# ONNX Runtime writes to standard error; what it would say is raised as well.
_SILENT = 4

_NO_MEMORY = ("bad_alloc", "Failed to allocate memory", "bad allocation")


class OpenSession:
    """A session that can be opened again with other threads, and be closed.

    Args:
        file: the model.
        name: what it is called in a message.
        threads: threads of one forward pass; None for one on each core.

    Attributes:
        versions: the libraries that run it.

    Raises:
        CorruptModelError: ONNX Runtime cannot read the file.
    """

    def __init__(self, file: Path, *, name: str, threads: int | None) -> None:
        self._files = OpenFiles(file)
        self._session: onnxruntime.InferenceSession | None = _open(file, threads)
        self._file = file
        self._name = name
        self._threads = threads
        self._changing = threading.Lock()
        self.versions: tuple[tuple[str, str], ...] = (("onnxruntime", onnxruntime.__version__),)

    def get(self) -> onnxruntime.InferenceSession:
        """Give the session for one forward pass.

        Raises:
            SessionClosedError: ``close`` was called.
            CorruptModelError: its weights were written over.
        """
        session = self._session
        if session is None:
            raise SessionClosedError("this model has been closed", hint="open it again")
        if self._files.written_over():  # a file that got shorter would end the process
            raise CorruptModelError(
                f"the export of {self._name} was written over while it was open",
                hint="close the model and load it again; write new exports to another folder",
            )
        return session

    @contextmanager
    def computing(self, ids: IntArray, *, vocabulary: int | None) -> Iterator[None]:
        """Turn what goes wrong in a forward pass into errors of hfkit's own.

        Args:
            ids: what is read, shape ``[rows, tokens]``.
            vocabulary: how many token ids the model knows; None if that is not said.

        Raises:
            CorruptModelError: the ids are not the model's.
            OutOfMemoryError: there is too little memory.
            BackendError: it fails otherwise.
        """
        try:
            yield
        except Exception as error:  # the library's errors share no base
            if vocabulary is not None and ids.max() >= vocabulary:
                raise unknown_ids(ids, vocabulary) from error
            if isinstance(error, MemoryError) or any(sign in str(error) for sign in _NO_MEMORY):
                raise OutOfMemoryError(
                    f"{ids.shape[0]} sequences of {ids.shape[1]} tokens do not fit on cpu",
                    hint="use a smaller window, or a machine with more memory",
                ) from error
            raise BackendError(
                f"{self._name} failed in ONNX Runtime: {reason_of(error)}",
                hint="use Runtime(backend='torch')",
            ) from error

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


def unknown_ids(ids: IntArray, vocabulary: int) -> CorruptModelError:
    """Say that a model has no such ids."""
    return CorruptModelError(
        f"the tokenizer gives ids up to {ids.max()}, the model has {vocabulary}",
        hint="the tokenizer beside the model is not the one it was trained with",
    )


def reason_of(error: BaseException) -> str:
    """Give what an error says in its first line; libraries add whole stacks."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
