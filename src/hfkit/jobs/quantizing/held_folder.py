"""Hold a folder, so that two calls never work in it at a time; one that is killed lets go of it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform != "win32":  # there, a folder whose files are open cannot be removed
    import fcntl

__all__ = ["HeldFolder"]


class HeldFolder:
    """A folder that is held until it is let go, or the process ends.

    Args:
        path: the folder; made here, with those above it.

    Raises:
        BlockingIOError: somebody else holds it.
        OSError: it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._made = [path, *(above for above in path.parents if not above.exists())]
        self._descriptor: int | None = None
        path.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            return
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = path.stat()
        except (BlockingIOError, FileNotFoundError) as error:  # held, or removed by who let go of it just now
            os.close(descriptor)
            raise BlockingIOError(*error.args) from error
        except OSError:  # a file system without locks
            os.close(descriptor)
            return
        if not os.path.samestat(os.fstat(descriptor), found):  # let go of, and made anew by another
            os.close(descriptor)
            raise BlockingIOError(f"{path} is held by another call")
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go of it; what is empty of it, and of the folders that were made for it, is removed."""
        for folder in self._made:
            try:
                folder.rmdir()
            except OSError:
                break
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
