"""The files of an open export: it has its weights mapped into memory as they lie there."""

from __future__ import annotations

from contextlib import suppress
from glob import escape
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OpenFiles"]

_State: TypeAlias = tuple[int, int, int]


class OpenFiles:
    """Tells whether files are still those that a model was opened from.

    Args:
        model: the ONNX file; weights lie in files beside it whose names begin with its own.
    """

    def __init__(self, model: Path) -> None:
        self._model = model
        self._states = {path: _state(path) for path in model.parent.glob(f"{escape(model.name)}*")}

    def unchanged(self) -> bool:
        """Tell whether to open them again would give the same model."""
        return all(state == _state(path) for path, state in self._states.items())

    def written_over(self) -> bool:
        """Tell whether weights were written over where they lie, so that those in memory are others now.

        Files that were removed, or that others were moved over, stay in memory as they were.
        """
        for path, state in self._states.items():
            now = None if path == self._model else _state(path)  # the graph is no longer read
            if now and state and now[0] == state[0] and now != state:
                return True
        return False


def _state(path: Path) -> _State | None:
    """Give inode, size and time of writing; None if the file is not there."""
    with suppress(OSError):
        status = path.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns
    return None
