"""Why a forked child keeps the sessions of its parent for ever."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["keep_in_children"]

_open: WeakSet[onnxruntime.InferenceSession] = WeakSet()


def keep_in_children(session: onnxruntime.InferenceSession) -> None:
    """Let a forked child never free a session.

    To free one means to wait for its threads, which stayed in the parent: the child would wait for
    ever. Memory of the parent's that the child does not write to costs it nothing.
    """
    _open.add(session)


def _after_fork() -> None:
    for session in _open:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(session))  # one more holder, who never lets go
    _open.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
