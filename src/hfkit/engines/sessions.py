"""Open models, shared by all who hold an equal one."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["Holder", "share"]

S = TypeVar("S")

_lock = threading.Lock()
_turns: WeakValueDictionary[Hashable, threading.Lock] = WeakValueDictionary()
_open: WeakValueDictionary[Hashable, object] = WeakValueDictionary()


def share(key: Hashable, open_session: Callable[[], S]) -> S:
    """Give the open session of a key, or open one; never two at a time.

    The registry holds sessions weakly: one lives while somebody uses it.
    """
    with _lock:
        turn = _turns.setdefault(key, threading.Lock())
    with turn:
        session = _open.get(key)
        if session is None:
            session = open_session()
            _open[key] = session
        return session  # type: ignore[return-value]  # a key names one kind of session


def _forget_sessions() -> None:
    """Start empty in a forked child: threads and devices of the parent did not come along."""
    global _lock  # noqa: PLW0603  # a lock held at the fork would never be released here
    _lock = threading.Lock()
    _turns.clear()
    _open.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_forget_sessions)


class Holder(Generic[S]):
    """One facade's hold on a session."""

    __slots__ = ("_process", "_session")

    def __init__(self) -> None:
        self._session: S | None = None
        self._process = 0

    def get(self, open_session: Callable[[], S]) -> S:
        """Give the held session; open it if there is none, or if it belongs to the parent of a fork."""
        session = self._session
        if session is None or self._process != os.getpid():
            session = open_session()
            self._session, self._process = session, os.getpid()
        return session

    def release(self) -> None:
        """Let go; the session closes when nobody else holds it."""
        self._session = None
