"""Keep transformers from printing: what it would say is data here."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, contextmanager
from logging import ERROR, getLogger
from typing import TYPE_CHECKING

from transformers.utils import logging

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["first_line", "quiet_transformers"]

# Tells of every spread model that parameters are on the meta device.
_ACCELERATE = getLogger("accelerate")


class _Quiet:
    """How many threads want transformers to be quiet, and the caller's own settings."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._settings = ExitStack()

    def enter(self) -> None:
        """Silence it, if nobody has."""
        with self._lock:
            self._wanted += 1
            if self._wanted > 1:
                return
            self._settings.callback(logging.set_verbosity, logging.get_verbosity())
            self._settings.callback(_ACCELERATE.setLevel, _ACCELERATE.level)
            if logging.is_progress_bar_enabled():
                self._settings.callback(logging.enable_progress_bar)
            logging.set_verbosity_error()  # type: ignore[no-untyped-call]
            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            _ACCELERATE.setLevel(ERROR)

    def leave(self) -> None:
        """Put the caller's own settings back, if nobody else wants it quiet."""
        with self._lock:
            self._wanted -= 1
            if not self._wanted:
                self._settings.close()

    def start_anew(self) -> None:
        """Forget threads that a forked child does not have."""
        self._lock = threading.Lock()
        self._wanted = 0
        self._settings.close()


_quiet = _Quiet()

if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_quiet.start_anew)


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Silence load reports and progress bars until the last thread has left; then put the caller's settings back."""
    _quiet.enter()
    try:
        yield
    finally:
        _quiet.leave()


def first_line(error: BaseException) -> str:
    """Give the first line of an error's text: transformers writes pages, torch whole stacks."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
