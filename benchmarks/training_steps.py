"""Tune against the way that guides teach: the same steps, made in turns.

    python benchmarks/training_steps.py [--rounds N] [--threads N] [--quick]

While Tune trains, the other ways make each step before it does: whatever else the machine is at meets all of them.
The base is the encoder of the sentiment starter, MiniLM-L6. What it learns is no matter here: a step costs the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import torch

import hfkit
from corpus import SENTENCES, read_corpus
from hfkit.jobs.tuning.trainer import RunTrainer
from hfkit.starter import starter_folder
from step_clock import StepClock
from steps_by_hand import HandLoop, open_lesson
from tuning_report import BY_HAND, GUIDE, GUIDE_LORA, TUNE, TUNE_LORA, StepTimes, tuning_section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from step_clock import StepTime

__all__ = ["FULL", "QUICK", "Scale", "measure_tuning"]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured.

    Attributes:
        steps: of every way in a round.
        rounds: how often.
    """

    steps: int
    rounds: int


FULL = Scale(steps=40, rounds=5)
QUICK = Scale(steps=3, rounds=1)


def measure_tuning(scale: Scale) -> StepTimes:
    """Make the steps of every way in turns."""
    base = starter_folder("sentiment", offline=False).path
    rows = [{"text": text, "label": ("even", "odd")[len(text) % 2]} for text in read_corpus(SENTENCES).texts]
    data = hfkit.Labelled(train=rows)
    tune = hfkit.Tune(base, steps=scale.steps, warmup=0.0)
    small = tune.with_(method=hfkit.Lora(rank=16))
    whole, again, adapted = open_lesson(tune, data), open_lesson(tune, data), open_lesson(small, data)
    guide = HandLoop(whole, padded=True)
    beside: Mapping[str, tuple[hfkit.Tune, Mapping[str, HandLoop]]] = {
        TUNE: (tune, {GUIDE: guide, BY_HAND: HandLoop(again, padded=False)}),
        TUNE_LORA: (small, {GUIDE: guide, GUIDE_LORA: HandLoop(adapted, padded=True)}),
    }
    found: dict[str, list[Mapping[str, Sequence[StepTime]]]] = {name: [] for name in beside}
    for number in range(1, scale.rounds + 1):
        for name, (way, loops) in beside.items():
            found[name].append(_in_turns(name, way, data, loops))
            sys.stderr.write(f"round {number}/{scale.rounds}: {name}\n")
    return StepTimes(
        found[TUNE],
        found[TUNE_LORA],
        tokens=whole.tokens,
        rows=tune.batch_size,
        steps=scale.steps,
    )


def _in_turns(
    name: str, tune: hfkit.Tune, data: hfkit.Labelled, loops: Mapping[str, HandLoop]
) -> Mapping[str, Sequence[StepTime]]:
    """Let Tune train, one step more than are measured; before each of its steps the loops make the same one."""
    clock, numbers, own = StepClock(), count(), RunTrainer.training_step

    def timed(self: RunTrainer, *args: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ANN401  # Trainer's own
        clock.end(name)
        if (number := next(numbers)) < (tune.steps or 0):
            for other, loop in loops.items():
                clock.measure(other, partial(loop.step, number))
            clock.begin()
        return own(self, *args, **kwargs)

    with tempfile.TemporaryDirectory() as scratch, mock.patch.object(RunTrainer, "training_step", timed):
        tune.with_(steps=(tune.steps or 0) + 1)(data, Path(scratch) / "out")
    return clock.times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, help="how often each way trains (default: 5)")
    parser.add_argument("--threads", type=int, help="threads of a forward pass (default: torch's own choice)")
    parser.add_argument("--quick", action="store_true", help="few steps once, to see that everything runs")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    scale = QUICK if options.quick else FULL
    scale = replace(scale, rounds=options.rounds or scale.rounds)
    sys.stdout.write(tuning_section(measure_tuning(scale)))


if __name__ == "__main__":
    main()
