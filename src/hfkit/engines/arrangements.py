"""How many forward passes run at a time, with how many threads each: the choices, and what was found."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.backends.cores import cores
from hfkit.backends.protocols import SetsThreads
from hfkit.errors import SettingError
from hfkit.hub.cache import cache_folder, keep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime

__all__ = ["Arrangement", "FoundArrangement", "arrangements"]

_VARIABLE = "HFKIT_WORKERS"

# From here on it is worth a try to give each of half as many workers two threads.
_MANY_CORES = 4


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A way to use the cores.

    Attributes:
        workers: forward passes at a time.
        threads: threads of each; None leaves the library's own choice.
    """

    workers: int
    threads: int | None


def arrangements(model: object, source: Source, runtime: Runtime) -> tuple[Arrangement, ...]:
    """Give the ways to run a model that come into question; a single one if there is nothing to find out.

    Args:
        model: an open model; what cannot change its threads runs one forward pass at a time, unless told to.
        source: says where it runs; an accelerator has one forward pass at a time.
        runtime: the settings, which come first.

    Returns:
        One forward pass at a time first.

    Raises:
        SettingError: ``HFKIT_WORKERS`` is no number.
    """
    workers = runtime.workers or _workers_wanted()
    threads = runtime.threads
    if workers and workers > 1:
        return (Arrangement(workers, threads or max(1, cores() // workers)),)
    alone = Arrangement(1, threads)
    if workers or threads or source.device != "cpu" or not isinstance(model, SetsThreads):
        return (alone,)
    if parent_process() is not None:  # the other worker processes have the other cores
        return (alone,)
    # The library has fewer threads than cores where OMP_NUM_THREADS says so, and in a forked child.
    most = min(cores(), model.use_threads(None))
    halved = [Arrangement(most // 2, 2)] if most >= _MANY_CORES else []
    return (alone, Arrangement(most, 1), *halved) if most > 1 else (alone,)


class FoundArrangement:
    """Which arrangement was found to be the fastest here, kept in hfkit's cache for later processes.

    It holds for one processor, model, budget and version of each library. What is damaged or no
    longer comes into question was never found.
    """

    def __init__(self, source: Source, *, budget: int) -> None:
        parts = [_processor(), cores(), source.revision, source.base, source.backend, source.dtype]
        named = "\0".join(map(str, [*parts, *source.versions, budget]))
        self._file = cache_folder() / "workers" / f"{hashlib.sha256(named.encode()).hexdigest()}.json"

    def read(self, choices: Sequence[Arrangement]) -> Arrangement | None:
        """Give the one of these that was found; None if none was."""
        with suppress(OSError, ValueError):
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return next((choice for choice in choices if asdict(choice) == found), None)
        return None

    def write(self, found: Arrangement) -> None:
        """Keep it; a cache that cannot be written costs another measurement, no more."""
        with suppress(OSError):
            keep(self._file, json.dumps(asdict(found)))


def _workers_wanted() -> int | None:
    wanted = os.environ.get(_VARIABLE)
    if not wanted:
        return None
    if not wanted.isascii() or not wanted.isdigit() or not int(wanted):
        raise SettingError(
            f"{_VARIABLE} is {wanted!r}, must be a whole number, at least 1",
            hint="take it out of the environment to let hfkit find out",
        )
    return int(wanted)


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line
    return platform.processor() or platform.machine()
