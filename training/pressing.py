"""From full fine-tunes to a low-rank adapter: their average, pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, PeftModel, TaskType, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from transformers import PreTrainedModel

RANK = 40
EMBEDDING_RANK = 16

_LINEAR = ["query", "key", "value", "output.dense", "intermediate.dense"]
_TABLE = "word_embeddings"


def averaged(folders: Sequence[Path]) -> dict[str, torch.Tensor]:
    """Average the weights of fine-tunes that began with the same weights and saw the rows in other orders.

    Source: Wortsman et al. 2022, arXiv:2203.05482.
    """
    weights = [load_file(folder / "model.safetensors") for folder in folders]
    return {name: torch.stack([one[name] for one in weights]).mean(dim=0) for name in weights[0]}


def pressed(start: Path, tuned: dict[str, torch.Tensor]) -> PeftModel:
    """Press what fine-tuning changed into a LoRA adapter: the best approximation of its rank.

    The change of each linear layer and of the word embeddings is cut to its largest singular values; pooler and
    classifier are kept whole. What else changed is dropped.

    Args:
        start: the classifier that the fine-tune began with; the adapter is put on it.
        tuned: the weights that it became.
    """
    untrained: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(start)
    model = get_peft_model(untrained, _adapter_config())
    state = model.state_dict()
    for name, value in state.items():
        layer, _, part = name.removeprefix("base_model.model.").partition(".lora_")
        match part:
            case "A.default.weight":
                down, up = _factors(tuned[f"{layer}.weight"] - _before(state, layer), len(value))
                value.copy_(down)
                state[name.replace("lora_A", "lora_B")].copy_(up)
            case "embedding_A.default":
                # PEFT keeps the factors of a table the other way around.
                change = tuned[f"{layer}.weight"] - _before(state, layer)
                down, up = _factors(change.T, len(value))
                value.copy_(down)
                state[name.replace("_A.", "_B.")].copy_(up)
            case "" if ".modules_to_save." in layer:
                value.copy_(tuned[layer.replace("modules_to_save.default.", "")])
    return model


def _adapter_config() -> LoraConfig:
    """Adapt every matrix and the word embeddings; pooler and classifier come along whole."""
    return LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=RANK,
        lora_alpha=RANK,
        # The same ratio of alpha to rank as elsewhere: one scale merges everything.
        rank_pattern={_TABLE: EMBEDDING_RANK},
        alpha_pattern={_TABLE: EMBEDDING_RANK},
        target_modules=[*_LINEAR, _TABLE],
        # The classifier comes along of itself, by the task type.
        modules_to_save=["pooler"],
    )


def _before(state: dict[str, torch.Tensor], layer: str) -> torch.Tensor:
    """Return the base's weight of a layer under an adapter."""
    return state[f"base_model.model.{layer}.base_layer.weight"]


def _factors(change: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Split a change into the A and B whose product B @ A comes nearest to it."""
    left, singular, right = torch.linalg.svd(change, full_matrices=False)
    half = singular[:rank].sqrt()
    return half[:, None] * right[:rank], left[:, :rank] * half
