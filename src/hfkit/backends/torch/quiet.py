"""Keep transformers from printing: what it would say is data here."""

from __future__ import annotations

from logging import ERROR, getLogger
from typing import TYPE_CHECKING

from transformers.utils import logging

from hfkit._silence import Silence

if TYPE_CHECKING:
    from contextlib import AbstractContextManager, ExitStack

__all__ = ["first_line", "quiet_transformers"]

# Tells of every spread model that parameters are on the meta device.
_ACCELERATE = getLogger("accelerate")

# Tells of a package that it could use, whoever imports it; peft does, where it is installed.
_BITSANDBYTES = getLogger("bitsandbytes")


def _silence(settings: ExitStack) -> None:
    settings.callback(logging.set_verbosity, logging.get_verbosity())
    for logger in (_ACCELERATE, _BITSANDBYTES):
        settings.callback(logger.setLevel, logger.level)
        logger.setLevel(ERROR)
    if logging.is_progress_bar_enabled():
        settings.callback(logging.enable_progress_bar)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]


_transformers = Silence(_silence)


def quiet_transformers() -> AbstractContextManager[None]:
    """Silence load reports and progress bars until the last thread has left; then put the caller's settings back."""
    return _transformers.held()


def first_line(error: BaseException) -> str:
    """Give the first line of an error's text: transformers writes pages, torch whole stacks."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
