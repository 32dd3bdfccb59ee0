"""How many threads a forward pass takes, and why a forked child has one."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["limited_threads"]

_forked = False


def _after_fork() -> None:
    """Keep a forked child to one thread.

    OpenMP's pool does not survive a fork: the child's first parallel region waits for threads that
    stayed in the parent, for ever. One thread needs no pool; torch's own data loaders do the same.
    """
    global _forked  # noqa: PLW0603  # a fact about this process
    _forked = True
    torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)


class _Own:
    """torch's own number of threads, to be put back where a forward pass was limited.

    Each thread has a number of its own, so forward passes beside each other keep theirs. Only what a
    new thread begins with is common to all, and is torch's own again when the last of them has ended.
    """

    lock = threading.Lock()
    inside = 0
    number = 0


@contextmanager
def limited_threads(threads: int | None) -> Iterator[None]:
    """Run with so many threads, then put back the number that torch had.

    Args:
        threads: how many; None leaves torch's own choice. A forked child stays at one.
    """
    if threads is None or _forked:
        yield
        return
    with _Own.lock:
        if not _Own.inside:
            _Own.number = torch.get_num_threads()
        _Own.inside += 1
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        with _Own.lock:
            _Own.inside -= 1
            torch.set_num_threads(_Own.number)
