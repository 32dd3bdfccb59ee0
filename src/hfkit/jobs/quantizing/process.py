"""A process that holds one model and answers what it is asked; :mod:`hfkit.jobs.quantizing.beside` starts it."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

__all__ = ["serve"]


def serve() -> None:
    """Hold what the first request gives, and answer further ones with it, until nobody is left who asks."""
    # Libraries print to standard output: what goes to the process that asks has a channel of its own.
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests: SimpleQueue[Callable[..., object]] = SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    try:
        held = requests.get()()
    except Exception as error:  # noqa: BLE001  # raised again by the process that asks
        _answer(channel, error)
        return
    _answer(channel, None)
    while True:
        request = requests.get()
        try:
            _answer(channel, request(held))
        except Exception as error:  # noqa: BLE001  # the same
            _answer(channel, error)


def _read(requests: SimpleQueue[Callable[..., object]]) -> None:
    """Take requests; end at once when the process that asks is gone or wants no more."""
    stream = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    try:
        while True:
            requests.put(pickle.load(stream))  # noqa: S301  # written by the process that started this one
    except BaseException:  # noqa: BLE001  # the end of the stream, or half of a request
        os._exit(0)


def _answer(channel: BinaryIO, answer: object) -> None:
    try:
        content = pickle.dumps(answer)
    except Exception as error:  # noqa: BLE001  # an error that does not travel is told in words
        content = pickle.dumps(RuntimeError(f"{type(answer).__name__}: {answer} ({error})"))
    channel.write(content)
    channel.flush()


if __name__ == "__main__":
    serve()
