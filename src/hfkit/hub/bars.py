"""Whether huggingface_hub draws its bars while it fetches or sends, by hfkit's own setting."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from hfkit._silence import Silence

if TYPE_CHECKING:
    from contextlib import AbstractContextManager, ExitStack

    from hfkit.values.runtime import Progress

__all__ = ["hub_bars"]


def _silence(settings: ExitStack) -> None:
    from huggingface_hub import constants
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    # Where the environment says that there be bars, or none, nobody may change it.
    if constants.HF_HUB_DISABLE_PROGRESS_BARS is None and not are_progress_bars_disabled():
        settings.callback(enable_progress_bars)
        disable_progress_bars()


_bars = Silence(_silence)


def hub_bars(progress: Progress) -> AbstractContextManager[None]:
    """Leave huggingface_hub its bars, or take them from it until the last call has left.

    Args:
        progress: ``"auto"`` leaves them if standard error is a terminal.
    """
    looked_at = sys.stderr is not None and sys.stderr.isatty()  # a program without a console has none
    drawn = progress == "always" or (progress == "auto" and looked_at)
    return nullcontext() if drawn else _bars.held()
