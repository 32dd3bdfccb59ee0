"""Put an adapter of this package onto its base: a plain model folder in hfkit's cache."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import HfkitError, HubError, ModelError, SettingError
from hfkit.hub.cache import cache_folder
from hfkit.hub.folder import PIN_FILE, ModelFolder
from hfkit.values.suggestion import did_you_mean

from .carrier import carried_model
from .catalog import STARTERS

if TYPE_CHECKING:
    import numpy.typing as npt

    from .catalog import Starter

__all__ = ["starter_folder"]

_MODELS = Path(__file__).parent / "models"
_OWN = ("adapter_config.json", "adapter_model.safetensors", "config.json", PIN_FILE)
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


def starter_folder(name: str, *, offline: bool) -> ModelFolder:
    """Give a starter model, fetching and merging its parts at the first call.

    Starters on the same base are merged together, so that the base is fetched once.

    Args:
        name: which one, see ``STARTERS``.
        offline: do not ask the network.

    Raises:
        SettingError: there is no starter of that name.
        OfflineError: its base is not on this machine and cannot be fetched.
        HashMismatchError: what was fetched is not what was pinned.
    """
    if name not in STARTERS:
        raise SettingError(
            f"starter {name!r} is not one of {sorted(STARTERS)}",
            hint=did_you_mean(name, STARTERS) or "name one of them",
        )
    starter = STARTERS[name]
    folder = _place(starter)
    try:
        if not _is_whole(folder):
            folder.path.parent.mkdir(parents=True, exist_ok=True)
            with carried_model(starter.carrier, offline=offline) as base:
                for sibling in STARTERS.values():
                    if sibling.carrier == starter.carrier and not _is_whole(place := _place(sibling)):
                        shutil.rmtree(place.path, ignore_errors=True)  # damaged: made again
                        _write(sibling, base, place.path)
    except OSError as error:
        if isinstance(error, HfkitError):
            raise
        raise HubError(
            f"the cache {cache_folder()} cannot be written: {error}",
            hint="set HFKIT_CACHE to a folder that can",
        ) from error
    return folder


def _place(starter: Starter) -> ModelFolder:
    """Say where a starter lies, or will lie."""
    revision = _revision(starter)
    path = cache_folder() / "starter" / f"{starter.name}-{revision[:16]}"
    return ModelFolder(f"hfkit/starter-{starter.name}", path, f"sha256:{revision}", stamp=())


def _is_whole(folder: ModelFolder) -> bool:
    try:
        folder.require_weights()
    except ModelError:
        return False
    return bool(folder.config)


def _revision(starter: Starter) -> str:
    """Hash what a starter computes with: its own weights and settings, and the pinned base."""
    digest = hashlib.sha256(starter.carrier.weights_sha256.encode())
    for name in _OWN:
        digest.update(name.encode() + b"\0" + (_MODELS / starter.name / name).read_bytes())
    return digest.hexdigest()


def _write(starter: Starter, base: Path, target: Path) -> None:
    """Write the model beside its place and move it in: a killed process leaves nothing half done."""
    from safetensors.numpy import load_file, save_file

    own = _MODELS / starter.name
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as temporary:
        draft = Path(temporary) / "model"
        draft.mkdir()
        merged = merge_adapter(
            base_weights(starter, base),
            load_file(own / "adapter_model.safetensors"),
            json.loads((own / "adapter_config.json").read_text(encoding="utf-8")),
        )
        save_file(merged, draft / "model.safetensors", metadata={"format": "pt"})
        for file in (
            own / "config.json",
            own / PIN_FILE,
            own / "README.md",
            *(base / name for name in _TOKENIZER),
        ):
            if file.is_file():
                shutil.copyfile(file, draft / file.name)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():  # else another process was first, with the same content
                raise


def base_weights(starter: Starter, base: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Read a base's weights under the names that the task's class gives them.

    Args:
        starter: whose base it is.
        base: the folder of the base model.
    """
    from safetensors.numpy import load_file

    return {
        starter.base_prefix + name: weight
        for name, weight in load_file(base / "model.safetensors").items()
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
