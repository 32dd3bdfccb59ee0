"""How much memory is free: of the machine, or of the container that this process lives in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol, runtime_checkable

__all__ = ["TellsMemory", "free_memory"]

# Where nothing says how much there is.
_MODEST = 2 << 30

_AVAILABLE = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


@runtime_checkable
class TellsMemory(Protocol):
    """An open model that knows how much memory is free where it runs."""

    def free_memory(self) -> int:
        """Give the bytes that are free now."""
        ...


def free_memory() -> int:
    """Give the bytes that this process may still take without others being pushed out."""
    return min(filter(None, (_of_machine(), _of_group())), default=_MODEST)


def _of_machine() -> int | None:
    try:
        for line in _AVAILABLE.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not on Windows, and not all names everywhere
        return None


def _of_group() -> int | None:
    """Give what the limit of a container leaves; None without one."""
    try:
        limit = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((_GROUP / "memory.current").read_text(encoding="ascii"))
        return None if limit == "max" else max(1, int(limit) - used)
    except (OSError, ValueError):
        return None
