"""Models that write text, in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnxruntime

from hfkit.backends.writers import WriterCard
from hfkit.errors import MissingDependencyError, ModelError

from .opening import prepare_export
from .written_export import WrittenExport

if TYPE_CHECKING:
    from hfkit.backends.torch.tasks import Task
    from hfkit.backends.writers import RunningBatch
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

    from .export_folder import ExportCard

__all__ = ["OnnxWriter", "open_onnx_writer"]

_FLOAT_BYTES = 4

# The first whose attention takes rows that have different numbers of new tokens.
_OLDEST = (1, 32)


def open_onnx_writer(folder: ModelFolder, runtime: Runtime, task: Task) -> OnnxWriter:
    """Open a model's export, and make it first if there is none.

    Raises:
        ModelError: a subclass says what is wrong with the model's files, why they cannot be exported, or that
            somebody else exported them.
        MissingDependencyError: the model has to be exported first, and a package for that is not installed; or
            ONNX Runtime is too old.
        DeviceError: exports do not run on the device.
        SettingError: exports do not run as the settings want it.
    """
    if _version() < _OLDEST:
        raise MissingDependencyError(
            f"onnxruntime {onnxruntime.__version__} is installed, writing takes {'.'.join(map(str, _OLDEST))} or later",
            hint="pip install --upgrade onnxruntime",
        )
    export = prepare_export(folder, runtime, task)
    if export.card is None:
        raise ModelError(
            f"{folder.name} was exported by somebody else, and hfkit writes with its own exports alone",
            hint="give the folder of the weights it was made from",
        )
    written = WrittenExport(export.path, name=folder.name, threads=runtime.threads)
    return OnnxWriter(written, export.card, budget=runtime.batch_tokens)


def _version() -> tuple[int, ...]:
    major, minor, *_ = onnxruntime.__version__.split(".")
    return int(major), int(minor)


class OnnxWriter:
    """A decoder, or an encoder-decoder, in ONNX Runtime.

    Args:
        export: the open export.
        card: what else is known of it.
        budget: the most tokens that are read at a time, padding included.
    """

    def __init__(self, export: WrittenExport, card: ExportCard, *, budget: int) -> None:
        self._export = export
        self._budget = budget
        self.card: WriterCard = WriterCard(
            vocabulary=export.vocabulary,
            encodes=export.encodes,
            shares=not export.encodes,
            token_bytes=_FLOAT_BYTES * export.token_floats,
            max_tokens=card.max_tokens,
            pad_id=card.pad_id,
            device="cpu",
            dtype=card.dtype,
            versions=tuple(sorted((dict(card.versions) | dict(export.versions)).items())),
            notes=card.notes,
        )

    def begin(self) -> RunningBatch:
        """Begin an empty batch; see :class:`hfkit.backends.writers.RunningBatch`."""
        return self._export.begin(budget=self._budget)

    def close(self) -> None:
        """Let go of the model."""
        self._export.close()
