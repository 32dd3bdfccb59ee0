"""How long a training step takes: from the beginning of one to the beginning of the next."""

from __future__ import annotations

import time
from dataclasses import dataclass

__all__ = ["StepClock", "StepTime"]

_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class StepTime:
    """The mean of some steps.

    Attributes:
        wall: seconds on the clock.
        cpu: seconds of processor time, over all threads.
    """

    wall: float
    cpu: float


class StepClock:
    """Is told when a step begins."""

    def __init__(self) -> None:
        self._walls: list[float] = []
        self._cpus: list[float] = []

    def tick(self) -> None:
        """A step begins, or the last one has ended."""
        self._walls.append(time.perf_counter())
        self._cpus.append(time.process_time())

    @property
    def mean(self) -> StepTime:
        """What a step took, the first ones left out."""
        first = min(_WARM_UP, len(self._walls) - 2)
        steps = len(self._walls) - 1 - first
        return StepTime(
            (self._walls[-1] - self._walls[first]) / steps, (self._cpus[-1] - self._cpus[first]) / steps
        )
