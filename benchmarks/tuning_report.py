"""The section on Tune: what a step takes."""

from __future__ import annotations

from dataclasses import dataclass
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
        "All ways see the same texts in the same steps. The overhead of Tune is what it takes beyond a loop by hand "
        "over its own batches, with the same optimizer and the same number type."
    ),
)


@dataclass(frozen=True, slots=True)
class StepTimes:
    """What was measured.

    Attributes:
        found: what a step took in each round, for each way.
        tokens: the mean of a text.
        rows: texts of a step.
        steps: of a round.
        rounds: how many.
    """

    found: Mapping[str, Sequence[StepTime]]
    tokens: float
    rows: int
    steps: int
    rounds: int

    def wall(self, name: str) -> Spread:
        """Give the seconds of a step."""
        return Spread.of([time.wall for time in self.found[name]])

    def faster(self, name: str, than: str = GUIDE) -> tuple[Spread, Spread]:
        """Give how many times faster a way is, by the clock and by processor time, round by round."""
        pairs = list(zip(self.found[than], self.found[name], strict=True))
        return (
            Spread.of([base.wall / own.wall for base, own in pairs]),
            Spread.of([base.cpu / own.cpu for base, own in pairs]),
        )

    @property
    def overhead(self) -> tuple[Spread, Spread]:
        """Give the share of time that Tune takes beyond the loop over its batches, by the clock and the processor."""
        pairs = list(zip(self.found[TUNE], self.found[BY_HAND], strict=True))
        return (
            Spread.of([own.wall / base.wall - 1 for own, base in pairs]),
            Spread.of([own.cpu / base.cpu - 1 for own, base in pairs]),
        )


def tuning_section(times: StepTimes) -> str:
    """Write the section."""
    rows = [
        [
            code(name),
            times.wall(name).scaled(1000).show(0),
            *(spread.show(2) for spread in times.faster(name)),
        ]
        for name in times.found
    ]
    wall, cpu = times.overhead
    return "\n\n".join(
        [
            "## Tune",
            (
                f"MiniLM-L6, {times.rows} real sentences a step with {times.tokens:.0f} tokens on average, "
                f"{times.steps} steps in each of {times.rounds} rounds."
            ),
            table(["way", "ms a step", "times faster", "by processor time"], rows),
            f"Overhead of Tune over the loop by hand: {wall.percent()} %, by processor time {cpu.percent()} %.",
            bullets(_NOTES),
            "",
        ]
    )
