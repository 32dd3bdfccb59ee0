"""The section on Tune: what a step takes."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from layout import bullets, code, table
from rounds import Spread
from steps_by_hand import PADDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from step_clock import StepTime

__all__ = ["BY_HAND", "GUIDE", "GUIDE_LORA", "TUNE", "TUNE_LORA", "StepTimes", "tuning_section"]

GUIDE = f"a loop by hand, padded to {PADDED}, float32"
GUIDE_LORA = "the same with peft's matrices"
BY_HAND = "a loop by hand over the batches of Tune"
TUNE = "hfkit.Tune(...)"
TUNE_LORA = "hfkit.Tune(..., method=Lora(rank=16))"

_NOTES = (
    (
        "A step is the forward and backward pass, shortening the gradient, the optimizer and all that Trainer does "
        "between two of them; checkpoints and evaluation are not in it. The first three steps are left out."
    ),
    (
        "While Tune trains, the other ways make each step right before it does, on the same texts: a ratio is of the "
        "same step, then the median of a round's; brackets hold the rounds. The overhead of Tune is what it takes "
        "beyond a loop by hand over its own batches, with the same optimizer and the same number type."
    ),
)


@dataclass(frozen=True, slots=True)
class StepTimes:
    """What was measured.

    Attributes:
        full: in each round, the steps of each way beside a Tune of all weights.
        lora: the same beside one of small matrices.
        tokens: the mean of a text.
        rows: texts of a step.
        steps: of a round.
    """

    full: Sequence[Mapping[str, Sequence[StepTime]]]
    lora: Sequence[Mapping[str, Sequence[StepTime]]]
    tokens: float
    rows: int
    steps: int

    def wall(self, name: str) -> Spread:
        """Give the seconds of a step, the median of each round."""
        return Spread.of([median(time.wall for time in found[name]) for found in self._rounds(name)])

    def faster(self, name: str, than: str = GUIDE) -> tuple[Spread, Spread]:
        """Give how many times faster a way is, by the clock and by processor time: step by step, then the median."""
        pairs = [list(zip(found[than], found[name], strict=True)) for found in self._rounds(name)]
        return (
            Spread.of([median(base.wall / own.wall for base, own in steps) for steps in pairs]),
            Spread.of([median(base.cpu / own.cpu for base, own in steps) for steps in pairs]),
        )

    @property
    def overhead(self) -> tuple[Spread, Spread]:
        """Give the share of time that Tune takes beyond the loop over its batches, by the clock and the processor."""
        pairs = [list(zip(found[TUNE], found[BY_HAND], strict=True)) for found in self.full]
        return (
            Spread.of([median(own.wall / base.wall - 1 for own, base in steps) for steps in pairs]),
            Spread.of([median(own.cpu / base.cpu - 1 for own, base in steps) for steps in pairs]),
        )

    def _rounds(self, name: str) -> Sequence[Mapping[str, Sequence[StepTime]]]:
        return self.lora if name in (GUIDE_LORA, TUNE_LORA) else self.full


def tuning_section(times: StepTimes) -> str:
    """Write the section."""
    rows = [
        [
            code(name),
            times.wall(name).scaled(1000).show(0),
            *(spread.show(2) for spread in times.faster(name)),
        ]
        for name in (GUIDE, GUIDE_LORA, BY_HAND, TUNE, TUNE_LORA)
    ]
    wall, cpu = times.overhead
    return "\n\n".join(
        [
            "## Tune",
            (
                f"MiniLM-L6, {times.rows} real sentences a step with {times.tokens:.0f} tokens on average, "
                f"{times.steps} steps in each of {len(times.full)} rounds."
            ),
            table(["way", "ms a step", "times faster", "by processor time"], rows),
            (
                f"Overhead of Tune over the loop by hand: {wall.scaled(100).show(1)} %, "
                f"by processor time {cpu.scaled(100).show(1)} %."
            ),
            bullets(_NOTES),
            "",
        ]
    )
