"""What a model that is being trained says of examples, in evaluation."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch

from hfkit.text.batching import run_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from transformers import PreTrainedModel
    from transformers.utils.generic import ModelOutput

    from hfkit.backends.torch.tasks import Task
    from hfkit.text.arrays import DoubleArray, FloatArray, IntArray

    from .batches import Collate
    from .examples import Example, Examples
    from .losses import TokenLoss
    from .processes import Processes

__all__ = ["ModelForward"]

# Tokens of a forward pass, padding included: nothing is kept for a backward pass, so memory is no question.
_BUDGET = 2048

# Logits that are held at a time where there is one for each word of a vocabulary: 256 MiB of float32.
_HELD = 1 << 26

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class ModelForward:
    """Runs a model on examples, sorted by length and batched; training goes on behind it as if nothing had been.

    Attributes:
        model: as it is, in training.
        head: what it gives.
        collate: lays examples side by side.
        processes: those that train together; each runs the model on some of the examples.
    """

    model: PreTrainedModel
    head: Task
    collate: Collate
    processes: Processes

    def __call__(self, examples: Examples, /) -> list[tuple[FloatArray, ...]]:
        """Give for each example what the head gives of it, in float32, without what it gives for padding."""

        def read(
            output: ModelOutput, _: torch.Tensor, chosen: Sequence[Example]
        ) -> list[tuple[FloatArray, ...]]:
            parts = [output[name].float().cpu().numpy() for name in self.head.outputs]
            return [
                tuple(part[row, : len(example.ids)] if self.head.per_token else part[row] for part in parts)
                for row, example in enumerate(chosen)
            ]

        return self._run(examples, read, budget=_BUDGET)

    def loss_sums(self, examples: Examples, loss: TokenLoss, /) -> DoubleArray:
        """Give the sum of the losses of each example's tokens, shape ``[examples]``; logits stay where they are."""

        def read(output: ModelOutput, labels: torch.Tensor, _: Sequence[Example]) -> list[float]:
            return list(map(float, loss.sums(output, labels).tolist()))

        budget = min(_BUDGET, _HELD // self.model.config.get_text_config().vocab_size)
        return np.array(self._run(examples, read, budget=budget), dtype=np.float64)

    def _run(
        self,
        examples: Examples,
        read: Callable[[ModelOutput, torch.Tensor, Sequence[Example]], Sequence[T]],
        *,
        budget: int,
    ) -> list[T]:
        """Give what is read of each example: of the output for a batch, its labels, and its examples."""
        device = next(self.model.parameters()).device
        collate = replace(self.collate, packed=None)

        def run(own: Examples) -> list[T]:
            def run_batch(batch: IntArray) -> Sequence[T]:
                chosen = [own[position] for position in batch.tolist()]
                given = {name: part.to(device) for name, part in collate(chosen).items()}
                labels = given.pop("labels")
                return read(self.model(**given), labels, chosen)

            found: dict[int, T] = {}
            for batch, rows, _ in run_batches(own.lengths, budget=budget, run=run_batch):
                found |= dict(zip(batch.tolist(), rows, strict=True))
            return [found[position] for position in range(len(own))]

        with _evaluating(self.model):
            return self.processes.share_out(examples, run)


@contextmanager
def _evaluating(model: PreTrainedModel) -> Iterator[None]:
    training = model.training
    model.eval()  # type: ignore[no-untyped-call]
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)
