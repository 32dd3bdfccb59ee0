"""What a process holds in memory."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.backends.onnx.readiness import find_ready
from hfkit.engines.locating import locate_model
from hfkit.hub.folder import EXPORT_FILES

from .verbs import head_of

if TYPE_CHECKING:
    from hfkit.values.runtime import Runtime

    from .verbs import Verb

__all__ = ["peak_bytes", "weight_bytes"]

_KIBIBYTE = 1024
_STATUS = Path("/proc/self/status")


def weight_bytes(model: str, verb: Verb, backend: str, runtime: Runtime) -> int:
    """Give the bytes of an open model's weights.

    Of torch those of all storages of tensors in this process, which holds nothing else, each once: ``numel`` and
    ``get_memory_footprint`` miscount what is packed: its wrappers have no numbers of their own. ONNX Runtime maps the
    files of an export, which are counted.

    Args:
        model: the model's folder, or its name and commit.
        verb: the facade that has it open.
        backend: what runs it.
        runtime: as which it was opened.
    """
    if backend == "onnx":
        folder = locate_model(model, replace(runtime, offline=True), writes=verb == "Generate")
        export = find_ready(folder, head_of(folder, verb), runtime.dtype)
        files = ((export.path if export else folder.path) / name for name in EXPORT_FILES)
        return sum(file.stat().st_size for file in files if file.is_file())
    import torch

    sizes = {}
    for held in gc.get_objects():
        if (
            issubclass(type(held), torch.Tensor)
            and not held.is_meta
            and not hasattr(held, "__tensor_flatten__")
        ):
            try:
                storage = held.untyped_storage()
            except NotImplementedError:
                # Weights that oneDNN has packed for its matrix products are opaque: torch gives them no storage to
                # ask, and raises this. They take their numbers' bytes, padding of the layout aside.
                sizes[id(held)] = held.numel() * held.element_size()
            else:
                sizes[storage.data_ptr()] = storage.nbytes()
    return sum(sizes.values())


def peak_bytes() -> int | None:
    """Give the most that this process has had in memory at a time; None where the system does not tell."""
    # getrusage would count what the process that started this one had: it is inherited on Linux.
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * _KIBIBYTE
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * _KIBIBYTE
