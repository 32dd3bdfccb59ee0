"""How long training steps take that several ways make in turns."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["StepClock", "StepTime"]

_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class StepTime:
    """One step.

    Attributes:
        wall: seconds on the clock.
        cpu: seconds of processor time, over all threads.
    """

    wall: float
    cpu: float


class StepClock:
    """Measures one way at a time."""

    def __init__(self) -> None:
        self._times: dict[str, list[StepTime]] = defaultdict(list)
        self._begun: tuple[float, float] | None = None

    def begin(self) -> None:
        """A step begins."""
        self._begun = time.perf_counter(), time.process_time()

    def end(self, name: str) -> None:
        """The step of a way has ended, if one had begun."""
        if self._begun is not None:
            wall, cpu = self._begun
            self._times[name].append(StepTime(time.perf_counter() - wall, time.process_time() - cpu))
            self._begun = None

    def measure(self, name: str, step: Callable[[], None]) -> None:
        """Make a step of a way."""
        self.begin()
        step()
        self.end(name)

    @property
    def times(self) -> Mapping[str, Sequence[StepTime]]:
        """What each step of each way took, the first ones left out."""
        return {name: times[min(_WARM_UP, len(times) - 1) :] for name, times in self._times.items()}
