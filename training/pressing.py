"""From a full fine-tune to a low-rank adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, PeftModel, get_peft_model

if TYPE_CHECKING:
    from transformers import PreTrainedModel

LINEAR = ["query", "key", "value", "output.dense", "intermediate.dense"]
TABLE = "word_embeddings"


def pressed(untrained: PreTrainedModel, tuned: PreTrainedModel, config: LoraConfig) -> PeftModel:
    """Press what a full fine-tune changed into a LoRA adapter: the best approximation of its rank.

    The change of each target is cut to its largest singular values; the modules that the adapter
    saves are kept whole. What else changed is dropped.

    Args:
        untrained: what the fine-tune started from; the adapter is put on it.
        tuned: what it became.
        config: the adapter's targets, with alpha equal to the rank everywhere.
    """
    model = get_peft_model(untrained, config)
    weights = tuned.state_dict()
    state = model.state_dict()
    for name, value in state.items():
        layer, _, part = name.removeprefix("base_model.model.").partition(".lora_")
        match part:
            case "A.default.weight":
                down, up = _factors(weights[f"{layer}.weight"] - _before(state, layer), len(value))
                value.copy_(down)
                state[name.replace("lora_A", "lora_B")].copy_(up)
            case "embedding_A.default":
                # PEFT keeps the factors of a table the other way around.
                change = weights[f"{layer}.weight"] - _before(state, layer)
                down, up = _factors(change.T, len(value))
                value.copy_(down)
                state[name.replace("_A.", "_B.")].copy_(up)
            case "" if ".modules_to_save." in layer:
                value.copy_(weights[layer.replace("modules_to_save.default.", "")])
    return model


def _before(state: dict[str, torch.Tensor], layer: str) -> torch.Tensor:
    """Return the base's weight of a layer under an adapter."""
    return state[f"base_model.model.{layer}.base_layer.weight"]


def _factors(change: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Split a change into the A and B whose product B @ A comes nearest to it."""
    left, singular, right = torch.linalg.svd(change, full_matrices=False)
    half = singular[:rank].sqrt()
    return half[:, None] * right[:rank], left[:, :rank] * half
