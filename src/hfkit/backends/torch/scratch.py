"""A folder that goes away with what it is for."""

from __future__ import annotations

import os
import shutil
import tempfile
from weakref import finalize

from hfkit.hub.cache import cache_folder

__all__ = ["Scratch"]


class Scratch:
    """An empty folder under hfkit's cache, else among the system's temporary ones.

    The cache is first: temporary folders may lie in memory, which is what there is too little of.

    Attributes:
        path: the folder.
    """

    __slots__ = ("__weakref__", "_remove", "path")

    def __init__(self) -> None:
        parent = cache_folder() / "offload"
        try:
            parent.mkdir(parents=True, exist_ok=True)
            path = tempfile.mkdtemp(dir=parent)
        except OSError:
            path = tempfile.mkdtemp(prefix="hfkit-")
        self.path: str = path
        self._remove = finalize(self, _remove, self.path, os.getpid())

    def remove(self) -> None:
        """Remove the folder and what is in it; once is enough. Done at exit at the latest."""
        self._remove()


def _remove(path: str, process: int) -> None:
    """Remove a folder, but not from a forked child: it belongs to the parent."""
    if os.getpid() == process:
        shutil.rmtree(path, ignore_errors=True)
