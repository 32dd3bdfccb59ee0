"""Tune against the way that guides teach: the same steps, made in turns.

    python benchmarks/training_steps.py [--rounds N] [--threads N] [--quick]

The base is the encoder of the sentiment starter, MiniLM-L6. What it learns is no matter here: a step costs the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import torch

import hfkit
from corpus import SENTENCES, read_corpus
from hfkit.jobs.tuning.trainer import RunTrainer
from hfkit.starter import starter_folder
from step_clock import StepClock
from steps_by_hand import open_lesson, padded_steps, planned_steps
from tuning_report import BY_HAND, GUIDE, GUIDE_LORA, TUNE, TUNE_LORA, StepTimes, tuning_section

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    lora = tune.with_(method=hfkit.Lora(rank=16))
    lesson, small = open_lesson(tune, data), open_lesson(lora, data)
    ways: Mapping[str, Callable[[], StepTime]] = {
        GUIDE: partial(padded_steps, lesson),
        GUIDE_LORA: partial(padded_steps, small),
        BY_HAND: partial(planned_steps, lesson),
        TUNE: partial(_tuned_steps, tune, data),
        TUNE_LORA: partial(_tuned_steps, lora, data),
    }
    found: dict[str, list[StepTime]] = {name: [] for name in ways}
    for number in range(1, scale.rounds + 1):
        for name, way in ways.items():
            found[name].append(way())
            sys.stderr.write(f"round {number}/{scale.rounds}: {name}: {found[name][-1].wall:.3f} s a step\n")
    return StepTimes(
        found, tokens=lesson.tokens, rows=tune.batch_size, steps=scale.steps, rounds=scale.rounds
    )


def _tuned_steps(tune: hfkit.Tune, data: hfkit.Labelled) -> StepTime:
    """Let Tune train, one step more than are measured, and look at the clock whenever a step begins."""
    clock = StepClock()
    step = RunTrainer.training_step

    def timed(self: RunTrainer, *args: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ANN401  # Trainer's own
        clock.tick()
        return step(self, *args, **kwargs)

    with tempfile.TemporaryDirectory() as scratch, mock.patch.object(RunTrainer, "training_step", timed):
        tune.with_(steps=(tune.steps or 0) + 1)(data, Path(scratch) / "out")
    return clock.mean


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
