"""A progress bar for whoever looks on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hfkit.values.runtime import Progress

__all__ = ["ignore_progress", "progress_bar", "shares"]

_PATIENCE_SECONDS = 1.0


@contextmanager
def progress_bar(total: int, *, mode: Progress, unit: str) -> Iterator[Callable[[float], None]]:
    """Draw a bar on standard error while work goes on.

    Args:
        total: how much there is to do.
        mode: ``"auto"`` draws after a second, and only if standard error is a terminal.
        unit: what is counted.

    Yields:
        A function that is told how much was done.
    """
    if mode == "never":
        yield ignore_progress
        return
    from tqdm import tqdm

    with tqdm(
        total=total,
        unit=unit,
        disable=None if mode == "auto" else False,  # None: only on a terminal
        delay=_PATIENCE_SECONDS if mode == "auto" else 0,
        bar_format="{l_bar}{bar}| {n:.0f}/{total_fmt} [{elapsed}<{remaining}]",
    ) as bar:

        def advance(amount: float) -> None:
            bar.update(amount)

        yield advance


def ignore_progress(_: float) -> None:
    """Tell nobody."""


def shares(advance: Callable[[float], None], worth: float) -> Callable[[float], None]:
    """Give a function that is told fractions of a whole, and tells of them as parts of what it is worth."""
    return lambda fraction: advance(worth * fraction)
