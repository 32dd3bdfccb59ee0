"""What a model that is being trained says of examples, in evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from hfkit.text.batching import run_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from transformers import PreTrainedModel

    from hfkit.text.arrays import FloatArray, IntArray

    from .examples import Example, Examples

__all__ = ["run_forward"]

# Tokens of a forward pass, padding included: nothing is kept for a backward pass, so memory is no question.
_BUDGET = 2048


def run_forward(
    model: PreTrainedModel,
    examples: Examples,
    collate: Callable[[Sequence[Example]], dict[str, torch.Tensor]],
    outputs: Sequence[str],
    *,
    per_token: bool,
) -> list[tuple[FloatArray, ...]]:
    """Run a model on examples, sorted by length and batched; training goes on behind it as if nothing had been.

    Args:
        model: as it is, in training.
        examples: what it reads; their labels are not given to it.
        collate: lays examples side by side.
        outputs: the names of what its head gives.
        per_token: whether it gives that for each token, and not for each example.

    Returns:
        For each example what the head gives of it, in float32, without what it gives for padding.
    """
    training = model.training
    device = next(model.parameters()).device

    def run(batch: IntArray) -> list[tuple[FloatArray, ...]]:
        chosen = [examples[position] for position in batch.tolist()]
        given = {name: part.to(device) for name, part in collate(chosen).items() if name != "labels"}
        output = model(**given)
        parts = [output[name].float().cpu().numpy() for name in outputs]
        return [
            tuple(part[row, : len(example.ids)] if per_token else part[row] for part in parts)
            for row, example in enumerate(chosen)
        ]

    found: dict[int, tuple[FloatArray, ...]] = {}
    model.eval()  # type: ignore[no-untyped-call]
    try:
        with torch.inference_mode():
            for batch, rows, _ in run_batches(examples.lengths, budget=_BUDGET, run=run):
                found |= dict(zip(batch.tolist(), rows, strict=True))
    finally:
        model.train(training)
    return [found[position] for position in range(len(examples))]
