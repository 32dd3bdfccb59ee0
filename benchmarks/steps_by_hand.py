"""Training steps as a loop by hand makes them: padded as guides have it, or as Tune lays them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch.nn import functional
from transformers import get_linear_schedule_with_warmup

from hfkit.jobs.tuning.adapting import adapt
from hfkit.jobs.tuning.bases import open_base
from hfkit.jobs.tuning.preparing import prepare
from hfkit.jobs.tuning.surroundings import quiet_warnings
from hfkit.text.epochs import plan_steps
from step_clock import StepClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit import Labelled, Tune
    from hfkit.jobs.tuning.preparing import Prepared
    from hfkit.text.arrays import IntArray
    from step_clock import StepTime

__all__ = ["PADDED", "Lesson", "open_lesson", "padded_steps", "planned_steps"]

PADDED = 128
"""Tokens that guides pad every text to."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A model, and the steps that it is to make.

    Attributes:
        model: with random numbers for its new weights.
        prepared: examples as the model reads them.
        steps: the examples of each step.
    """

    model: torch.nn.Module
    prepared: Prepared
    steps: Sequence[IntArray]

    @property
    def tokens(self) -> float:
        """The mean of an example, special tokens included."""
        return float(np.mean(self.prepared.train.lengths))


def open_lesson(tune: Tune, data: Labelled) -> Lesson:
    """Open what a Tune would train, and plan the steps that it would make."""
    prepared = prepare(tune, data)
    with quiet_warnings():
        base = open_base(
            prepared.folder, tune.runtime, prepared.task.head, prepared.task.config, seed=tune.seed
        )
        model = adapt(base, tune, prepared.folder).train()
    steps = plan_steps(prepared.train.lengths, rows=tune.batch_size, seed=tune.seed, epoch=0)
    return Lesson(model, prepared, steps[: tune.steps])


def padded_steps(lesson: Lesson) -> StepTime:
    """Make the steps in float32, every text padded to the same length."""
    return _loop(lesson, [_padded(lesson, step) for step in lesson.steps], bfloat16=False)


def planned_steps(lesson: Lesson) -> StepTime:
    """Make the steps as Tune does: padded to their longest text, products in bfloat16 where the machine has it."""
    batches = [
        lesson.prepared.collate([lesson.prepared.train[position] for position in step.tolist()])
        for step in lesson.steps
    ]
    return _loop(lesson, batches, bfloat16=lesson.prepared.bfloat16)


def _padded(lesson: Lesson, step: IntArray) -> dict[str, torch.Tensor]:
    """Lay out a step as ``padding="max_length", truncation=True`` does."""
    batch = lesson.prepared.collate([lesson.prepared.train[position] for position in step.tolist()])
    room = PADDED - batch["input_ids"].shape[1]
    return {
        name: part if part.dim() == 1 else functional.pad(part, (0, room)) for name, part in batch.items()
    }


def _loop(lesson: Lesson, batches: Sequence[dict[str, torch.Tensor]], *, bfloat16: bool) -> StepTime:
    trained = [parameter for parameter in lesson.model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=5e-5, weight_decay=0.01, fused=True)
    schedule = get_linear_schedule_with_warmup(optimizer, 0, len(batches))  # type: ignore[no-untyped-call]
    clock = StepClock()
    for batch in batches:
        clock.tick()
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss = cast("torch.Tensor", lesson.model(**batch).loss)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return clock.mean
