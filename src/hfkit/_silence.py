"""Keep a library quiet while anybody wants it quiet, in however many threads."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Silence"]


class Silence:
    """The first who enters silences the library, the last who leaves puts the caller's own settings back.

    Args:
        silence: silences it, and leaves with the stack what puts each setting back.
    """

    def __init__(self, silence: Callable[[ExitStack], None]) -> None:
        self._silence = silence
        self._lock = threading.Lock()
        self._wanted = 0
        self._settings = ExitStack()
        if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
            os.register_at_fork(after_in_child=self._start_anew)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep it quiet."""
        with self._lock:
            self._wanted += 1
            if self._wanted == 1:
                self._silence(self._settings)
        try:
            yield
        finally:
            with self._lock:
                self._wanted -= 1
                if not self._wanted:
                    self._settings.close()

    def _start_anew(self) -> None:
        """Forget threads that a forked child does not have."""
        self._lock = threading.Lock()
        self._wanted = 0
        self._settings.close()
