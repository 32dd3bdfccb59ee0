"""Keep transformers from printing: what it would say is data here."""

from __future__ import annotations

from contextlib import contextmanager
from logging import ERROR, getLogger
from typing import TYPE_CHECKING

from transformers.utils import logging

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["first_line", "quiet_transformers"]

# Tells of every spread model that parameters are on the meta device.
_ACCELERATE = getLogger("accelerate")


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Silence load reports and progress bars, and put the caller's own settings back."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    level = _ACCELERATE.level
    _ACCELERATE.setLevel(ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        _ACCELERATE.setLevel(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def first_line(error: BaseException) -> str:
    """Give the first line of an error's text: transformers writes pages, torch whole stacks."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
