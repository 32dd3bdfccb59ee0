"""Run ways of doing the same thing in turns, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from rounds import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Timing", "take_turns"]

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Timing:
    """What was measured of one way.

    Attributes:
        name: the way.
        wall: seconds on the clock.
        wall_ratio: how many times faster than the baseline in the same round.
        cpu_ratio: the same by processor time, over all threads.
    """

    name: str
    wall: Spread
    wall_ratio: Spread
    cpu_ratio: Spread


def take_turns(
    works: Mapping[str, Callable[[], Found]], *, rounds: int, baseline: str
) -> tuple[list[Timing], dict[str, Found]]:
    """Run every way once a round.

    Args:
        works: the ways by name; what needs a warm-up has had it.
        rounds: how many.
        baseline: the way that the others are compared with.

    Returns:
        The times, and what each way has found.

    Raises:
        SystemExit: a way finds another thing than in the round before.
    """
    walls: dict[str, list[float]] = {name: [] for name in works}
    cpus: dict[str, list[float]] = {name: [] for name in works}
    answers: dict[str, Found] = {}
    for number in range(1, rounds + 1):
        for name, work in works.items():
            wall, cpu = time.perf_counter(), time.process_time()
            found = work()
            walls[name].append(time.perf_counter() - wall)
            cpus[name].append(time.process_time() - cpu)
            if answers.setdefault(name, found) != found:
                raise SystemExit(f"{name} gives other answers in round {number} than before")
            sys.stderr.write(f"round {number}/{rounds}: {name}: {walls[name][-1]:.1f} s\n")

    def ratio(seconds: dict[str, list[float]], name: str) -> Spread:
        return Spread.of([base / own for base, own in zip(seconds[baseline], seconds[name], strict=True)])

    return [
        Timing(name, Spread.of(walls[name]), ratio(walls, name), ratio(cpus, name)) for name in works
    ], answers
