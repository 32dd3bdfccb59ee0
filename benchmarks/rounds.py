"""Run variants in turns, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from difference import Difference, compare
from lineup import BASELINE, REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from variants import Outcome, Run, Variant

__all__ = ["Spread", "Trial", "run_rounds"]

_WARM_UP = 8


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

    def scaled(self, factor: float) -> Spread:
        """Give it in another unit."""
        return Spread(self.median * factor, self.low * factor, self.high * factor)

    def percent(self) -> str:
        """Write a share as whole percents."""
        return self.scaled(100).show(0)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured of one variant.

    Attributes:
        name: the variant.
        wall: seconds on the clock.
        cpu: seconds of processor time, over all threads; less disturbed by neighbors.
        wall_ratio: how many times faster than the baseline in the same round.
        cpu_ratio: the same by processor time.
        share: the part of the machine's own limit in the same round that the texts' own tokens took; 1 is all.
        computed: tokens computed for each token that had to be read.
        difference: the largest from the reference, of all rounds.
    """

    name: str
    wall: Spread
    cpu: Spread
    wall_ratio: Spread
    cpu_ratio: Spread
    share: Spread
    computed: float
    difference: Difference


def run_rounds(
    variants: Sequence[Variant[Run]],
    texts: Sequence[str],
    lengths: Sequence[int],
    *,
    rounds: int,
    least_seconds: Callable[[], float],
) -> list[Trial]:
    """Run every variant once a round, after a warm-up.

    Args:
        variants: the baseline and the reference among them.
        texts: what each of them classifies in each round.
        lengths: tokens of each text.
        rounds: how many.
        least_seconds: measures in how little time the machine could do it; asked before each variant, and
            the least of a round counts.

    Raises:
        SystemExit: a variant gives other answers than the reference.
    """
    walls: dict[str, list[float]] = {variant.name: [] for variant in variants}
    cpus: dict[str, list[float]] = {variant.name: [] for variant in variants}
    worst: dict[str, Difference] = {}
    computed: dict[str, float] = {}
    limits: list[float] = []
    for variant in variants:
        variant.run(texts[:_WARM_UP])
    for number in range(1, rounds + 1):
        outcomes: dict[str, Outcome] = {}
        least = []
        for variant in variants:
            least.append(least_seconds())
            wall, cpu = time.perf_counter(), time.process_time()
            outcomes[variant.name] = variant.run(texts)
            walls[variant.name].append(time.perf_counter() - wall)
            cpus[variant.name].append(time.process_time() - cpu)
            computed[variant.name] = outcomes[variant.name].computed_tokens / sum(lengths)
            _tell(f"round {number}/{rounds}: {variant.name}: {walls[variant.name][-1]:.1f} s")
        limits.append(min(least))
        for variant in variants:
            difference = _check(variant, outcomes)
            worst[variant.name] = max(
                difference, worst.get(variant.name, difference), key=lambda entry: entry.largest
            )
    return [
        Trial(
            name,
            Spread.of(walls[name]),
            Spread.of(cpus[name]),
            Spread.of([base / own for base, own in zip(walls[BASELINE], walls[name], strict=True)]),
            Spread.of([base / own for base, own in zip(cpus[BASELINE], cpus[name], strict=True)]),
            Spread.of([limit / own for limit, own in zip(limits, walls[name], strict=True)]),
            computed[name],
            worst[name],
        )
        for name in walls
    ]


def _check(variant: Variant[Run], outcomes: dict[str, Outcome]) -> Difference:
    difference = compare(outcomes[REFERENCE].probabilities, outcomes[variant.name].probabilities)
    if variant.exact and not difference.agrees:
        raise SystemExit(f"{variant.name} does not agree with {REFERENCE}: {difference}")
    return difference


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
