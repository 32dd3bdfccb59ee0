"""How a model learns: a lesson is what is chosen about one run of the Trainer."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from transformers import DataCollatorWithPadding, PreTrainedTokenizerBase, Trainer, TrainingArguments

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, list[int] | int]


class Rows(torch.utils.data.Dataset[Row]):
    """Examples as token ids and labels, padded later, batch by batch."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Row:
        return self._rows[index]


@dataclass(frozen=True, slots=True)
class Lesson:
    """The settings of one run.

    Attributes:
        rate: the highest learning rate, reached after a tenth of the steps; it falls linearly to 0.
        epochs: passes over the rows.
        batch: rows of a step.
        seed: of the order and of dropout.
        smoothing: how much of each label's probability goes to the others.
        order: batches of like length in random order, or the rows as they come.
    """

    rate: float
    epochs: int
    batch: int
    seed: int
    smoothing: float = 0.0
    order: Literal["group_by_length", "sequential"] = "group_by_length"


def tune(
    model: torch.nn.Module, rows: Sequence[Row], tokenizer: PreTrainedTokenizerBase, lesson: Lesson
) -> None:
    """Train a model's trainable weights in place."""
    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=scratch,
            num_train_epochs=lesson.epochs,
            per_device_train_batch_size=lesson.batch,
            learning_rate=lesson.rate,
            lr_scheduler_type="linear",
            warmup_steps=0.1,
            weight_decay=0.01,
            label_smoothing_factor=lesson.smoothing,
            train_sampling_strategy=lesson.order,
            full_determinism=True,
            seed=lesson.seed,
            use_cpu=True,
            save_strategy="no",
            logging_steps=100,
            disable_tqdm=True,
            report_to="none",
        )
        Trainer(
            model=model,
            args=arguments,
            train_dataset=Rows(rows),
            data_collator=DataCollatorWithPadding(tokenizer),
        ).train()
