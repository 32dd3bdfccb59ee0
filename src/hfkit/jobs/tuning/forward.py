"""What a model that is being trained says of examples, in evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import torch

from hfkit.text.batching import run_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from transformers import PreTrainedModel
    from transformers.utils.generic import ModelOutput

    from hfkit.text.arrays import FloatArray, IntArray

    from .examples import Example, Examples
    from .losses import Loss

__all__ = ["ModelForward"]

T = TypeVar("T")

# Tokens of a forward pass, padding included: nothing is kept for a backward pass, so memory is no question.
_BUDGET = 2048


@dataclass(frozen=True, slots=True, eq=False)
class ModelForward:
    """See :class:`~hfkit.jobs.tuning.tasks.Forward`.

    Examples are sorted by length and batched; training goes on behind it as if nothing had been.

    Attributes:
        model: as it is, in training.
        collate: lays examples side by side.
        outputs: the names of what its head gives.
        per_token: whether it gives that for each token, and not for each example.
    """

    model: PreTrainedModel
    collate: Callable[[Sequence[Example]], dict[str, torch.Tensor]]
    outputs: Sequence[str]
    per_token: bool

    def __call__(self, examples: Examples, /) -> list[tuple[FloatArray, ...]]:
        """Give for each example what the head says of it, in float32, without what it says of padding."""

        def read(
            output: ModelOutput, _: torch.Tensor, chosen: Sequence[Example]
        ) -> list[tuple[FloatArray, ...]]:
            parts = [output[name].float().cpu().numpy() for name in self.outputs]
            return [
                tuple(part[row, : len(example.ids)] if self.per_token else part[row] for part in parts)
                for row, example in enumerate(chosen)
            ]

        found: dict[int, tuple[FloatArray, ...]] = {}
        for batch, rows in self._run(examples, read):
            found |= dict(zip(batch.tolist(), rows, strict=True))
        return [found[position] for position in range(len(examples))]

    def total(self, examples: Examples, loss: Loss, /) -> float:
        """Give the sum of a loss over all labels of all examples."""
        return sum(
            part for _, part in self._run(examples, lambda output, labels, _: float(loss(output, labels)))
        )

    def _run(
        self, examples: Examples, read: Callable[[ModelOutput, torch.Tensor, Sequence[Example]], T]
    ) -> list[tuple[IntArray, T]]:
        """Read off the output of each batch what is wanted; labels are not given to the model."""
        training = self.model.training
        device = next(self.model.parameters()).device

        def run(batch: IntArray) -> T:
            chosen = [examples[position] for position in batch.tolist()]
            given = {name: part.to(device) for name, part in self.collate(chosen).items()}
            labels = given.pop("labels")
            return read(self.model(**given), labels, chosen)

        self.model.eval()  # type: ignore[no-untyped-call]
        try:
            with torch.inference_mode():
                batches = run_batches(examples.lengths, budget=_BUDGET, run=run)
                return [(batch, found) for batch, found, _ in batches]
        finally:
            self.model.train(training)
