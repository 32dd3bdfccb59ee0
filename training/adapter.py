"""The adapter on disk: written in float16, and merged back into its base two ways that must agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from peft import PeftModel
from safetensors.numpy import load_file, save
from transformers import BertConfig, PreTrainedModel

from hfkit.starter.adapted import base_weights, merge_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.starter import AdaptedStarter
    from scoring import Floats

_Model = TypeVar("_Model", bound=PreTrainedModel)

BASE_NAME = "sentence-transformers/all-MiniLM-L6-v2"

_PREFIX = "base_model.model."
_MERGE_TOLERANCE = 1e-5


def write_adapter(model: PeftModel, folder: Path, *, head: str, temperature: float = 1.0) -> None:
    """Write a trained adapter as a PEFT folder, its confidence divided by a temperature.

    The head is linear, so dividing its weights divides the logits: whoever loads the adapter gets
    calibrated probabilities and has no temperature to remember.
    """
    model.peft_config["default"].base_model_name_or_path = BASE_NAME
    model.save_pretrained(str(folder), save_embedding_layers=False)
    weights_file = folder / "adapter_model.safetensors"
    weights = load_file(weights_file)
    for name in (f"{_PREFIX}{head}.weight", f"{_PREFIX}{head}.bias"):
        weights[name] = weights[name] / np.float32(temperature)
    halves = {name: weight.astype(np.float16) for name, weight in weights.items()}
    weights_file.write_bytes(save(halves, {"format": "pt"}))
    # PEFT keeps the targets in a set, and lists modules again each time it opens them: sorted, two
    # runs write the same bytes.
    config_file = folder / "adapter_config.json"
    config = json.loads(config_file.read_text(encoding="utf-8"))
    for key in ("target_modules", "modules_to_save"):
        config[key] = sorted(set(config[key]))
    config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    # PEFT leaves a card of its own; hfkit's is written last.
    (folder / "README.md").unlink(missing_ok=True)


def write_config(config: BertConfig, folder: Path) -> None:
    """Write the configuration of the merged model."""
    config._name_or_path = BASE_NAME  # noqa: SLF001 (a local path otherwise)
    text = config.to_json_string(use_diff=False)
    (folder / "config.json").write_text(text, encoding="utf-8")


def load_merged(kind: type[_Model], starter: AdaptedStarter, base: Path, folder: Path) -> _Model:
    """Build the merged model as hfkit does at its first use, in numpy."""
    merged = merge_adapter(
        base_weights(starter, base),
        load_file(folder / "adapter_model.safetensors"),
        json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")),
    )
    model = kind(BertConfig.from_pretrained(folder))
    weights = {name: torch.from_numpy(weight) for name, weight in merged.items()}
    # The position numbers are a constant that older checkpoints store and the class no longer reads.
    weights.pop("bert.embeddings.position_ids", None)
    model.load_state_dict(weights)
    model.eval()  # type: ignore[no-untyped-call]
    return model


def load_with_peft(kind: type[_Model], base: Path, folder: Path) -> _Model:
    """Build the same model the way PEFT does."""
    plain = kind.from_pretrained(base, config=BertConfig.from_pretrained(folder))
    merged = PeftModel.from_pretrained(plain, str(folder)).merge_and_unload()
    if not isinstance(merged, kind):
        raise TypeError(f"PEFT merged into a {type(merged).__name__}")
    merged.eval()  # type: ignore[no-untyped-call]
    return merged


def check_merges_agree(ours: Floats, theirs: Floats) -> float:
    """Return how far the logits of the two ways to merge lie apart, as a share of the largest of them.

    Above 1, logits are rounded in proportion to their size; more than 1e-5 of it is an error.
    """
    gap = float(np.abs(ours - theirs).max() / max(1.0, np.abs(theirs).max()))
    if gap > _MERGE_TOLERANCE:
        raise ValueError(f"the two merges lie {gap:.1e} apart")
    return gap
