"""Run variants in turns, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from difference import Difference, compare
from variants import BASELINE, REFERENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from variants import Outcome, Variant

__all__ = ["Spread", "Trial", "run_rounds"]

_WARM_UP = 16


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the range around it."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Summarize values."""
        return Spread(median(values), min(values), max(values))

    def show(self, digits: int) -> str:
        """Write as ``median (low-high)``."""
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}-{self.high:.{digits}f})"


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured of one variant.

    Attributes:
        name: the variant.
        wall: seconds on the clock.
        cpu: seconds of processor time, over all threads; less disturbed by neighbors.
        wall_ratio: how many times faster than the baseline in the same round.
        cpu_ratio: the same by processor time.
        computed: tokens computed for each token that had to be read.
        difference: the largest from the reference, of all rounds.
    """

    name: str
    wall: Spread
    cpu: Spread
    wall_ratio: Spread
    cpu_ratio: Spread
    computed: float
    difference: Difference


def run_rounds(
    variants: Sequence[Variant], texts: Sequence[str], lengths: Sequence[int], *, rounds: int
) -> list[Trial]:
    """Run every variant once a round, after a warm-up.

    Args:
        variants: the baseline and the reference among them.
        texts: what each of them classifies in each round.
        lengths: tokens of each text.
        rounds: how many.

    Raises:
        SystemExit: a variant gives other answers than the reference.
    """
    walls: dict[str, list[float]] = {variant.name: [] for variant in variants}
    cpus: dict[str, list[float]] = {variant.name: [] for variant in variants}
    worst: dict[str, Difference] = {}
    computed: dict[str, float] = {}
    for variant in variants:
        variant.run(texts[:_WARM_UP])
    for number in range(1, rounds + 1):
        outcomes: dict[str, Outcome] = {}
        for variant in variants:
            wall, cpu = time.perf_counter(), time.process_time()
            outcomes[variant.name] = variant.run(texts)
            walls[variant.name].append(time.perf_counter() - wall)
            cpus[variant.name].append(time.process_time() - cpu)
            computed[variant.name] = variant.computed_tokens(outcomes[variant.name], lengths) / sum(lengths)
            _tell(f"round {number}/{rounds}: {variant.name}: {walls[variant.name][-1]:.1f} s")
        for name, outcome in outcomes.items():
            difference = compare(outcomes[REFERENCE].probabilities, outcome.probabilities)
            if not difference.agrees:
                raise SystemExit(f"{name} does not agree with {REFERENCE}: {difference}")
            worst[name] = max(difference, worst.get(name, difference), key=lambda entry: entry.largest)
    return [
        Trial(
            name,
            Spread.of(walls[name]),
            Spread.of(cpus[name]),
            Spread.of([base / own for base, own in zip(walls[BASELINE], walls[name], strict=True)]),
            Spread.of([base / own for base, own in zip(cpus[BASELINE], cpus[name], strict=True)]),
            computed[name],
            worst[name],
        )
        for name in walls
    ]


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
