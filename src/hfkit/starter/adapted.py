"""Put an adapter of this package onto its base."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import SettingError
from hfkit.hub.folder import PIN_FILE

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from .catalog import AdaptedStarter

__all__ = ["base_weights", "merge_adapter", "write_adapted"]

_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


def write_adapted(starter: AdaptedStarter, base: Path, own: Path, folder: Path) -> None:
    """Write the model folder of an adapter merged into its base.

    Args:
        starter: which one.
        base: the folder of the base model.
        own: where the adapter lies, with the settings of the merged model and its card.
        folder: an empty folder.
    """
    from safetensors.numpy import load_file, save_file

    merged = merge_adapter(
        base_weights(starter, base),
        load_file(own / "adapter_model.safetensors"),
        json.loads((own / "adapter_config.json").read_text(encoding="utf-8")),
    )
    save_file(merged, folder / "model.safetensors", metadata={"format": "pt"})
    for file in (
        own / "config.json",
        own / PIN_FILE,
        own / "README.md",
        *(base / name for name in _TOKENIZER),
    ):
        if file.is_file():
            shutil.copyfile(file, folder / file.name)


def base_weights(starter: AdaptedStarter, base: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Read a base's weights under the names that the task's class gives them.

    Args:
        starter: whose base it is.
        base: the folder of the base model.
    """
    from safetensors.numpy import load_file

    return {
        starter.base_prefix + name: weight
        for name, weight in load_file(base / starter.carrier.weights).items()
        if not name.startswith(starter.unused)
    }


def merge_adapter(
    weights: dict[str, npt.NDArray[np.float32]],
    adapter: dict[str, npt.NDArray[np.float16]],
    config: dict[str, object],
) -> dict[str, npt.NDArray[np.float32]]:
    """Add a LoRA adapter to the weights it was trained on: ``W + alpha / r * B @ A``, in float32.

    Args:
        weights: the base, by the names of the task's class.
        adapter: a PEFT file: pairs of ``lora_A`` and ``lora_B``, and whole modules that replace the base's.
        config: PEFT's ``adapter_config.json``.

    Returns:
        New weights; the arguments stay as they were.

    Source: Hu et al. 2021, arXiv:2106.09685; equal to PEFT's ``merge_and_unload``.
    """
    rank, alpha = config["r"], config["lora_alpha"]
    if not isinstance(rank, int) or not isinstance(alpha, int | float):
        raise SettingError(
            f"r is {rank!r} and lora_alpha {alpha!r}, must be numbers", hint="mend adapter_config.json"
        )
    merged = dict(weights)
    for key, value in adapter.items():
        target, _, part = key.removeprefix("base_model.model.").partition(".lora_")
        match part:
            case "A.weight" | "embedding_A":  # read with its B
                continue
            case "B.weight":
                down = adapter[key.replace(".lora_B.", ".lora_A.")]
                change = value.astype("float32") @ down.astype("float32")
            case "embedding_B":  # PEFT keeps tables the other way around
                down = adapter[key.replace("_B", "_A")]
                change = (value.astype("float32") @ down.astype("float32")).T
            case _:
                merged[target] = value.astype("float32")
                continue
        merged[f"{target}.weight"] = merged[f"{target}.weight"] + change * (alpha / rank)
    # safetensors writes memory as it lies: a transposed array would be read back as another one.
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in merged.items()}
