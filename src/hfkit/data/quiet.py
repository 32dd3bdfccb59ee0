"""Keep datasets and the client of the hub from printing, and what transforms made from outliving the process.

datasets names what ``map`` made by a hash of the function and finds it again in later runs. The hash does not see
into the modules that a function calls, so an edited one would be served yesterday's rows; and what cannot be hashed
warns. In here transforms are always run, and what they write lies in a folder that is gone with the process.
"""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, contextmanager
from logging import CRITICAL
from typing import TYPE_CHECKING

import huggingface_hub.constants
from datasets import config, disable_caching, enable_caching, is_caching_enabled
from datasets.utils import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
    logging,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    are_progress_bars_disabled as are_hub_bars_disabled,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    disable_progress_bars as disable_hub_bars,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]
    enable_progress_bars as enable_hub_bars,
)
from huggingface_hub.utils import logging as hub_logging

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["quiet_datasets"]


class _Quiet:
    """How many calls want datasets to be quiet, and the caller's own settings."""

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
            logging.set_verbosity(CRITICAL)
            # Where the environment says that there be bars, or none, datasets lets nobody change it.
            if config.HF_DATASETS_DISABLE_PROGRESS_BARS is None and not are_progress_bars_disabled():
                self._settings.callback(enable_progress_bars)
                disable_progress_bars()
            if huggingface_hub.constants.HF_HUB_DISABLE_PROGRESS_BARS is None and not are_hub_bars_disabled():
                self._settings.callback(enable_hub_bars)
                disable_hub_bars()
            self._settings.callback(hub_logging.set_verbosity, hub_logging.get_verbosity())
            hub_logging.set_verbosity(CRITICAL)
            if is_caching_enabled():
                self._settings.callback(enable_caching)
                disable_caching()

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
def quiet_datasets() -> Iterator[None]:
    """Silence logs, bars and kept transforms until the last call has left; then put the caller's settings back."""
    _quiet.enter()
    try:
        yield
    finally:
        _quiet.leave()
