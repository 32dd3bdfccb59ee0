"""Do things in a fresh process, which knows of a model what lies on the disk and nothing else."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Concatenate, Generic, ParamSpec, TypeVar, cast

from hfkit.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO, Self

__all__ = ["Beside"]

Held = TypeVar("Held")
Answer = TypeVar("Answer")
P = ParamSpec("P")

_SAID = 2000  # characters of what a process said last that an error tells


class Beside(Generic[Held]):
    """A process that holds something and answers questions about it; it ends when this one does, however it ends.

    Args:
        start: makes what it holds, there; like all that is asked, a function of a module, with its arguments.
        words: the file for what it prints.
        environment: variables that differ from those of this process.

    """

    def __init__(
        self, start: Callable[[], Held], *, words: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._words = words
        with words.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hfkit.jobs.quantizing.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env={**os.environ, **(environment or {})},
            )
        self._ready = False
        try:
            self._send(start)
        except BaseException:
            self.close()
            raise

    def ready(self) -> Self:
        """Wait until it holds what it is to hold; until then it works while this process does something else.

        Raises:
            HfkitError: what making that raises, as it was raised.
            BackendError: the process ended without an answer.
        """
        if not self._ready:
            self._receive()
            self._ready = True
        return self

    def ask(
        self, function: Callable[Concatenate[Held, P], Answer], *args: P.args, **settings: P.kwargs
    ) -> Answer:
        """Give what a function gives there of what the process holds; the first argument is left out."""
        self.ready()
        self._send(partial(_call, function, args, settings))
        return cast("Answer", self._receive())

    def close(self) -> None:
        """End the process."""
        process = self._process
        process.kill()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):  # what could not be sent is of no use any more
                cast("BinaryIO", stream).close()
        process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, request: Callable[..., object]) -> None:
        stream = cast("BinaryIO", self._process.stdin)
        with suppress(OSError):  # it has ended, which is told where its answer is read
            stream.write(pickle.dumps(request))
            stream.flush()

    def _receive(self) -> object:
        try:
            answer: object = pickle.load(cast("BinaryIO", self._process.stdout))  # noqa: S301  # our own process
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            status = self._process.wait()
            said = self._words.read_text(encoding="utf-8", errors="replace")[-_SAID:]
            raise BackendError(
                f"the process that held a model ended with status {status}: {said}",
                hint="one that is killed without a word often lacked memory: close others, or use a smaller model",
            ) from error
        if isinstance(answer, Exception):
            raise answer
        return answer


def _call(
    function: Callable[..., object], args: tuple[object, ...], settings: Mapping[str, object], held: object
) -> object:
    return function(held, *args, **settings)
