"""Open transformers models: safe files only, a complete head, quietly.

transformers types its entry points loosely; the casts of this backend are kept in this folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, get_args

import torch

from hfkit.errors import WrongHeadError
from hfkit.hub.folder import QUANTIZE_FILE
from hfkit.values.schemes import HalfType

from .adapters import load_adapted
from .number_types import choose_dtype
from .opening_lock import opening_lock
from .placement import choose_device
from .quantized import leaf_tensors, never_repack, packed_as, require_packed
from .quiet import quiet_transformers
from .spreading import plan_spread
from .tokenizer import gives_types
from .weights import load_weights, read_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedModel

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import DType, Runtime

    from .quantized import Packed
    from .spreading import Spread
    from .tasks import Task

__all__ = ["LoadedModel", "load_model"]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """An open model and what its files say.

    Attributes:
        model: on its device, ready to run.
        reads_types: whether it is to be given ``token_type_ids``.
        notes: what a careful reader of its answers should know.
        device: where it is; several places joined by ``+``, the one that computes first.
        spread: how it is spread over them; None if it is in one place.
        packed: how its weights are packed; None if they are not.
    """

    model: PreTrainedModel
    reads_types: bool
    notes: tuple[str, ...]
    device: str
    spread: Spread | None = None
    packed: Packed | None = None


def load_model(folder: ModelFolder, runtime: Runtime, task: Task) -> LoadedModel:
    """Open a model with a task's head, or an adapter on its base.

    Raises:
        ModelError: a subclass says what is wrong with the files.
        MissingDependencyError: its weights are packed, and what packed them is not installed.
        SettingError: they are, and are to be of another number type.
        DeviceError: the device is not there.
        OutOfMemoryError: no device holds the largest layer.
    """
    device = choose_device(runtime.device)
    packed = packed_as((folder.base or folder).config)
    if packed:
        require_packed(packed, folder.name, runtime.dtype)
    wanted = packed.rest if packed else _proved_dtype(folder, runtime.dtype)
    dtype, reason = choose_dtype(wanted, device, threads=runtime.threads)
    spread = plan_spread(folder, runtime, device, dtype)
    with opening_lock, quiet_transformers():
        weights = (
            load_adapted(folder, folder.base, runtime, task, dtype)
            if folder.base
            else load_weights(
                folder,
                runtime,
                task,
                dtype,
                read_config(folder, runtime),
                spread=spread,
                device=device if packed else None,
            )
        )
    model, missing = weights.model, weights.missing
    if task.idle:
        missing = frozenset(name for name in missing if not task.idle.search(name))
    made = _architectures(folder, task)
    if missing or task.mistaken_for.search(" ".join(made)):
        lack = f"; its weights lack {_few(missing)}, which" if missing else ", which is not what"
        raise WrongHeadError(
            f"{folder.name} was saved as {made}{lack} {type(model).__name__} needs: its answers would be random",
            hint=f"open it with the verb it was trained for, or fine-tune it for {task.name} first",
        )
    model.eval()  # type: ignore[no-untyped-call]
    model.requires_grad_(False)  # noqa: FBT003  # torch's own signature
    places = {} if spread is None else spread.places(model)
    if len(places) == 1:  # fits after all: files may hold more than a model takes from them
        device, spread, places = torch.device(*places), None, {}
    if packed:
        never_repack(model)
    if device.type == "cpu":
        _own_memory(model)
    notes = [
        *([packed.note] if packed else []),
        *([reason] if reason else []),
        *([f"the model did not use weights of its files: {_few(weights.unused)}"] if weights.unused else []),
        *([f"its weights lie on several devices: {_amounts(places)}"] if places else []),
    ]
    if not spread and not packed:  # what is packed was read to where it is, and may refuse to go
        model = cast("PreTrainedModel", model.to(device))  # type: ignore[arg-type]
    return LoadedModel(
        model,
        reads_types=task.takes_types and gives_types(folder, model.config, runtime),
        notes=tuple(notes),
        device="+".join(places) or str(model.device),
        spread=spread,
        packed=packed,
    )


def _proved_dtype(folder: ModelFolder, dtype: DType) -> DType:
    """Turn ``"auto"`` into the number type that a result of Quantize was proved in, if it was cast to one."""
    report = folder.read_json(QUANTIZE_FILE) if dtype == "auto" else {}
    result = report.get("result")
    source = result.get("source") if isinstance(result, dict) else None
    proved = source.get("dtype") if isinstance(source, dict) else None
    return next((name for name in get_args(HalfType) if name == proved), dtype)


def _architectures(folder: ModelFolder, task: Task) -> list[str]:
    """Name the classes that a model was saved as; an adapter has a head of its own."""
    names = folder.config.get("architectures")
    if names is None and folder.base:
        names = folder.base.config.get("architectures")
        return (
            []
            if not isinstance(names, list)
            else [str(name) for name in names if not task.mistaken_for.search(str(name))]
        )
    return [str(name) for name in names] if isinstance(names, list) else []


def _own_memory(model: PreTrainedModel) -> None:
    """Copy the weights out of the mapped file.

    safetensors maps the file into memory: rewriting it under an open model would change its answers.
    """
    copies: dict[int, torch.Tensor] = {}
    for tensor in leaf_tensors(model):
        if tensor.is_meta:
            continue  # on the disk
        address = tensor.data_ptr()
        if address not in copies:
            copies[address] = tensor.data.clone()
        tensor.data = copies[address].view(tensor.shape)


def _few(names: frozenset[str]) -> str:
    shown = sorted(names)[:4]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(names) > len(shown) else "")


def _amounts(places: Mapping[str, int]) -> str:
    return ", ".join(f"{size:,} bytes on {place}" for place, size in places.items())
