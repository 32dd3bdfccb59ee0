"""Whether an export could be opened now, found out without ONNX Runtime unless there is one."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.backends.torch.tasks import WRITERS

from .entries import find_entry
from .export_folder import find_export

if TYPE_CHECKING:
    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import DType

    from .export_folder import ExportFolder

__all__ = ["DEVICES", "DTYPES", "drives_accelerator", "find_own", "find_ready"]

DEVICES = ("auto", "cpu")
"""The devices that exports run on."""

DTYPES = ("auto", "float32", "int8")
"""The number types that exports run in."""

# Where a system shows an accelerator that torch may drive. To be sure would take the import of torch.
_ACCELERATORS = (
    "/dev/nvidiactl",
    "/dev/kfd",
    "/dev/dxg",  # a Linux inside of Windows
    "/System/Library/Frameworks/Metal.framework",
    "C:/Windows/System32/nvcuda.dll",
)


def find_ready(folder: ModelFolder, task: Task | None, dtype: DType = "auto") -> ExportFolder | None:
    """Find the export that would be opened now; None if it would have to be made.

    Args:
        folder: the model.
        task: its head; None for whichever was exported.
        dtype: the number type of its weights; ``"auto"`` is that of an export in the folder, else float32.

    Raises:
        CorruptModelError: the folder holds an export of hfkit's that is damaged.
    """
    own = find_own(folder, task, dtype)
    if own and (dtype == "auto" or dtype == _dtype_of(own)):
        return own
    if own and dtype == "float32":
        return None  # what was rounded stays so
    return find_entry(folder, task, "int8" if dtype == "int8" else "float32")


def find_own(folder: ModelFolder, task: Task | None, dtype: DType = "auto") -> ExportFolder | None:
    """Find the export that lies in a model's folder; None for one that would be no use beside the weights there.

    That is one of others where text is to be written, or 8 bits are to be made; weights serve for both.

    Args:
        folder: the model.
        task: its head; None for whichever was exported.
        dtype: the number type that is wanted.

    Raises:
        CorruptModelError: the folder holds an export of hfkit's that is damaged.
    """
    own = find_export(folder.path)
    useless = own is not None and own.card is None and (task in WRITERS or dtype == "int8")
    return None if useless and any(folder.path.glob("*.safetensors")) else own


def _dtype_of(export: ExportFolder) -> str:
    """Give the number type of an export's weights; one that somebody else made is taken as it is."""
    return export.card.dtype if export.card else "float32"


def drives_accelerator() -> bool:
    """Tell whether torch would likely find an accelerator here."""
    try:
        build = version("torch")
    except PackageNotFoundError:
        return False
    return not build.endswith("+cpu") and any(Path(place).exists() for place in _ACCELERATORS)
