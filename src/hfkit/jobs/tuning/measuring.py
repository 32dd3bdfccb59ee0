"""What a step costs, found by making a few and throwing them away."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import torch

from hfkit.text.epochs import plan_steps

from .four_bits import held_bytes

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from hfkit.text.arrays import IntArray

    from .losses import Loss
    from .preparing import Prepared

__all__ = ["StepCost", "measure_steps"]

_BYTES = 4  # float32, in which weights, their gradients and what the optimizer keeps are
_KEPT_BY_ADAM = 2


@dataclass(frozen=True, slots=True)
class StepCost:
    """What steps cost.

    Attributes:
        seconds_per_token: of a step, for each token that it computes, padding included.
        kept_per_token: bytes that a forward pass keeps for the backward pass, for each such token.
        fixed: bytes of the weights, their gradients, and what the optimizer keeps of them.
    """

    seconds_per_token: float
    kept_per_token: float
    fixed: int

    def memory(self, tokens: int) -> int:
        """Give the bytes that a forward and backward pass over so many tokens needs in all."""
        return self.fixed + int(self.kept_per_token * tokens)


def measure_steps(
    model: PreTrainedModel, prepared: Prepared, loss: Loss, *, rows: int, seed: int
) -> StepCost:
    """Make three steps, the first to warm up; the model is of no use after it."""
    lengths = prepared.train.lengths
    planned = plan_steps(lengths, rows=rows, seed=seed, epoch=1)
    typical = sorted(planned, key=lambda step: prepared.collate.computed(lengths[step]))[len(planned) // 2]
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=1e-6, fused=True)
    model.train()
    seconds = []
    kept = 0
    for _ in range(3):
        started = perf_counter()
        kept = _make_step(model, prepared, loss, typical)
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if prepared.device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(perf_counter() - started)
    tokens = prepared.collate.computed(lengths[typical])
    whole = sum(map(held_bytes, model.parameters()))
    grown = sum(parameter.numel() for parameter in trainable) * _BYTES * (1 + _KEPT_BY_ADAM)
    return StepCost(float(np.median(seconds[1:])) / tokens, kept / tokens, whole + grown)


def _make_step(model: PreTrainedModel, prepared: Prepared, loss: Loss, step: IntArray) -> int:
    """Compute gradients; give the bytes that were kept for them beside the weights."""
    batch = prepared.collate([prepared.train[position] for position in step.tolist()])
    labels = batch.pop("labels").to(prepared.device)
    given = {name: part.to(prepared.device) for name, part in batch.items()}
    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    kept: dict[int, int] = {}

    def count(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    narrow = torch.autocast(prepared.device.type, torch.bfloat16, enabled=prepared.bfloat16)
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor), narrow:
        found = loss(model(**given), labels) / len(step)
    found.backward()  # type: ignore[no-untyped-call]
    return sum(kept.values())
