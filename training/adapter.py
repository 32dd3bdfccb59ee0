"""The adapter on disk: written in float16, and merged back into its base two ways that must agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import torch
from peft import PeftModel
from safetensors.numpy import load_file, save
from transformers import BertConfig, BertForSequenceClassification

from hfkit.starter.assemble import merge_adapter

if TYPE_CHECKING:
    from pathlib import Path

BASE_NAME = "sentence-transformers/all-MiniLM-L6-v2"

_PREFIX = "base_model.model."


def write_adapter(model: PeftModel, folder: Path, *, temperature: float) -> None:
    """Write a trained adapter as a PEFT folder, its confidence divided by a temperature.

    The classifier is linear, so dividing its weights divides the logits: whoever loads the adapter
    gets calibrated probabilities and has no temperature to remember.
    """
    model.peft_config["default"].base_model_name_or_path = BASE_NAME
    model.save_pretrained(str(folder), save_embedding_layers=False)
    weights_file = folder / "adapter_model.safetensors"
    weights = load_file(weights_file)
    for name in (f"{_PREFIX}classifier.weight", f"{_PREFIX}classifier.bias"):
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


def write_config(base: Path, folder: Path, labels: tuple[str, ...]) -> BertConfig:
    """Write the configuration of the merged classifier and return it."""
    config = BertConfig.from_pretrained(
        base,
        architectures=["BertForSequenceClassification"],
        problem_type="single_label_classification",
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    config._name_or_path = BASE_NAME  # noqa: SLF001 (a local path otherwise)
    text = config.to_json_string(use_diff=False)
    (folder / "config.json").write_text(text, encoding="utf-8")
    return config


def load_merged(base: Path, folder: Path) -> BertForSequenceClassification:
    """Build the merged classifier as hfkit does at its first use, in numpy."""
    merged = merge_adapter(
        {f"bert.{name}": weight for name, weight in load_file(base / "model.safetensors").items()},
        load_file(folder / "adapter_model.safetensors"),
        json.loads((folder / "adapter_config.json").read_text(encoding="utf-8")),
    )
    model = BertForSequenceClassification(BertConfig.from_pretrained(folder))
    weights = {name: torch.from_numpy(weight) for name, weight in merged.items()}
    # The position numbers are a constant that older checkpoints store and the class no longer reads.
    weights.pop("bert.embeddings.position_ids", None)
    model.load_state_dict(weights)
    model.eval()  # type: ignore[no-untyped-call]
    return model


def load_with_peft(base: Path, folder: Path) -> BertForSequenceClassification:
    """Build the same classifier the way PEFT does."""
    config = BertConfig.from_pretrained(folder)
    plain = BertForSequenceClassification.from_pretrained(base, config=config)
    merged = PeftModel.from_pretrained(plain, str(folder)).merge_and_unload()
    if not isinstance(merged, BertForSequenceClassification):
        raise TypeError(f"PEFT merged into a {type(merged).__name__}")
    merged.eval()  # type: ignore[no-untyped-call]
    return merged
