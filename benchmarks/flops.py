"""How many floating point operations a model needs for texts, padding left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Cost", "cost_of"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Floating point operations of a classifier; an addition and a multiplication are two.

    Attributes:
        per_text: those of the head.
        per_token: those of the linear layers.
        per_pair: those of attention, for each pair of tokens of one text.
    """

    per_text: int
    per_token: int
    per_pair: int

    def of(self, lengths: Sequence[int]) -> int:
        """Add up for texts of so many tokens."""
        return sum(self.per_text + length * (self.per_token + length * self.per_pair) for length in lengths)


def cost_of(model: Any) -> Cost:  # noqa: ANN401  # transformers' own
    """Count from the shapes of an encoder with a head that reads one token of each text.

    Two operations for each weight of a linear layer, and for each pair of tokens two products of the hidden
    width in each layer: queries with keys, and weights with values. Embeddings, norms and activations are
    left out, as is usual; beside the products they are few.
    """
    encoder = _linear_weights(model.base_model, pooler=False)
    head = _linear_weights(model, pooler=True) - encoder
    layers, hidden = model.config.num_hidden_layers, model.config.hidden_size
    return Cost(2 * head, 2 * encoder, 4 * hidden * layers)


def _linear_weights(module: torch.nn.Module, *, pooler: bool) -> int:
    """Count the weights of the layers that multiply; those of a pooler read one token of a text."""
    return sum(
        part.weight.numel()
        for name, part in module.named_modules()
        if isinstance(part, torch.nn.Linear) and (pooler or "pooler" not in name)
    )
