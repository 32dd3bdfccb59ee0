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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit import Labelled, Tune
    from hfkit.jobs.tuning.preparing import Prepared
    from hfkit.text.arrays import IntArray

__all__ = ["PADDED", "HandLoop", "Lesson", "open_lesson"]

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


class HandLoop:
    """The steps of a lesson as a loop by hand makes them.

    Args:
        lesson: the model and the steps.
        padded: whether every text is padded to the same length and computed in float32, as guides have it; else steps
            are as Tune makes them, padded to their longest text, products in bfloat16 where the machine has it.
    """

    def __init__(self, lesson: Lesson, *, padded: bool) -> None:
        lay_out = _padded if padded else _planned
        self._model = lesson.model
        self._batches = [lay_out(lesson, step) for step in lesson.steps]
        self._bfloat16 = not padded and lesson.prepared.bfloat16
        self._trained = [parameter for parameter in self._model.parameters() if parameter.requires_grad]
        self._optimizer = torch.optim.AdamW(self._trained, lr=5e-5, weight_decay=0.01, fused=True)
        self._schedule = get_linear_schedule_with_warmup(  # type: ignore[no-untyped-call]
            self._optimizer, 0, len(self._batches)
        )

    def step(self, number: int) -> None:
        """Make one step."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            loss = cast("torch.Tensor", self._model(**self._batches[number]).loss)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._trained, 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()


def _planned(lesson: Lesson, step: IntArray) -> dict[str, torch.Tensor]:
    """Lay out a step as Tune does."""
    return lesson.prepared.collate([lesson.prepared.train[position] for position in step.tolist()])


def _padded(lesson: Lesson, step: IntArray) -> dict[str, torch.Tensor]:
    """Lay out a step as ``padding="max_length", truncation=True`` does."""
    batch = _planned(lesson, step)
    room = PADDED - batch["input_ids"].shape[1]
    return {
        name: part if part.dim() == 1 else functional.pad(part, (0, room)) for name, part in batch.items()
    }
