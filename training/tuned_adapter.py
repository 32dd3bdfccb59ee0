"""An adapter as a starter ships it: in float16, named after its base on the hub."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file, save

from hfkit.starter.adapted import write_adapted

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.starter.catalog import AdaptedStarter

_BASE_NAME = "sentence-transformers/all-MiniLM-L6-v2"


def write_tuned_adapter(tuned: Path, folder: Path, *, temperature: float = 1.0) -> None:
    """Write a finished adapter, its confidence divided by a temperature.

    A classifier's last layer is linear, so dividing its weights divides the logits: whoever loads the adapter gets
    calibrated probabilities and has no temperature to remember.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = load_file(tuned / "adapter_model.safetensors")
    for name in weights.keys() & {"base_model.model.classifier.weight", "base_model.model.classifier.bias"}:
        weights[name] = weights[name] / np.float32(temperature)
    halves = {name: weight.astype(np.float16) for name, weight in sorted(weights.items())}
    (folder / "adapter_model.safetensors").write_bytes(save(halves, {"format": "pt"}))
    config = json.loads((tuned / "adapter_config.json").read_text(encoding="utf-8"))
    config |= {"base_model_name_or_path": _BASE_NAME, "revision": None}
    # PEFT keeps both in sets: sorted, two runs write the same bytes.
    for key in ("target_modules", "modules_to_save"):
        config[key] = sorted(set(config[key]))
    _write_json(config, folder / "adapter_config.json")
    settings = json.loads((tuned / "config.json").read_text(encoding="utf-8"))
    _write_json(settings | {"_name_or_path": _BASE_NAME}, folder / "config.json")


def merged_folder(starter: AdaptedStarter, base: Path, adapter: Path, folder: Path) -> Path:
    """Write the merged model as hfkit does at a starter's first use; give its folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_adapted(starter, base, adapter, folder)
    return folder


def _write_json(values: dict[str, object], file: Path) -> None:
    file.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")
