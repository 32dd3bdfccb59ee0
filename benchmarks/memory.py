"""Peak memory of a piece of work, in a process of its own."""

from __future__ import annotations

import ctypes
import gc
import os
import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_fresh_process", "peak_growth", "peak_resident"]

P = ParamSpec("P")
T = TypeVar("T")

_PROCESSES = Path("/proc")
_PROCESS = _PROCESSES / "self"
_RESET_PEAK = "5"  # see proc_pid_clear_refs(5)
_MEBIBYTE = 1024  # in the kibibytes that the kernel counts


def in_fresh_process(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function of a module in a new interpreter: no memory or threads of this one come along."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()


def peak_growth(work: Callable[[], object]) -> float | None:
    """Run a piece of work; give the MiB by which its peak rose above what was resident before.

    Returns:
        None where the system does not let a process reset its peak (anything but Linux).
    """
    reset = _PROCESS / "clear_refs"
    if not os.access(reset, os.W_OK):
        work()
        return None
    _release_free_memory()
    reset.write_text(_RESET_PEAK, encoding="ascii")
    before = _resident("VmRSS")
    work()
    return (_resident("VmHWM") - before) / _MEBIBYTE


def _release_free_memory() -> None:
    """Give back what was freed: the work would take it again, and its need would not show."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU C library
    if trim is not None:
        trim(0)


def peak_resident(process: int) -> float | None:
    """Give the most MiB that another process has held so far; None where the system does not say."""
    if not (_PROCESSES / str(process) / "status").is_file():
        return None
    return _resident("VmHWM", str(process)) / _MEBIBYTE


def _resident(field: str, process: str = "self") -> int:
    file = _PROCESSES / process / "status"
    found = re.search(rf"^{field}:\s+(\d+) kB$", file.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError(f"{file} holds no {field}")
    return int(found[1])
