"""Whether an export could be opened now, found out without ONNX Runtime unless there is one."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from .entries import find_entry
from .export_folder import find_export

if TYPE_CHECKING:
    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder

    from .export_folder import ExportFolder

__all__ = ["DEVICES", "DTYPES", "drives_accelerator", "find_ready"]

DEVICES = ("auto", "cpu")
"""The devices that exports run on."""

DTYPES = ("auto", "float32")
"""The number types that exports run in."""

# Where a system shows an accelerator that torch may drive. To be sure would take the import of torch.
_ACCELERATORS = (
    "/dev/nvidiactl",
    "/dev/kfd",
    "/dev/dxg",  # a Linux inside of Windows
    "/System/Library/Frameworks/Metal.framework",
    "C:/Windows/System32/nvcuda.dll",
)


def find_ready(folder: ModelFolder, task: Task | None) -> ExportFolder | None:
    """Find the export that would be opened now; None if it would have to be made.

    Args:
        folder: the model.
        task: its head; None for whichever was exported.

    Raises:
        CorruptModelError: the folder holds an export of hfkit's that is damaged.
    """
    return find_export(folder.path) or find_entry(folder, task)


def drives_accelerator() -> bool:
    """Tell whether torch would likely find an accelerator here."""
    try:
        build = version("torch")
    except PackageNotFoundError:
        return False
    return not build.endswith("+cpu") and any(Path(place).exists() for place in _ACCELERATORS)
