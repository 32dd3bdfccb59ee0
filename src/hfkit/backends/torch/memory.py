"""How much memory weights take, and how much there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import torch
from safetensors import safe_open

from .placement import choose_device

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.values.runtime import Runtime

__all__ = ["Limits", "memory_limit", "memory_limits", "weigh_modules"]

Limits: TypeAlias = dict[int | str, int]
"""Bytes by device, named as accelerate does: accelerators by number, ``"cpu"`` and ``"mps"`` by name."""

# Of what is free: the rest is for what a forward pass computes. transformers takes the same part.
_USABLE = 0.9


def weigh_modules(folder: Path, dtype: torch.dtype) -> dict[str, int]:
    """Add up the bytes of each module's own weights; only the headers of the files are read.

    Args:
        folder: holds ``model*.safetensors``.
        dtype: what numbers with a point become; others stay as they are.
    """
    sizes: dict[str, int] = {}
    for path in sorted(folder.glob("model*.safetensors")):
        with safe_open(path, framework="numpy") as file:
            for name in file.keys():  # noqa: SIM118  # safe_open is no dict
                weight = file.get_slice(name)
                count = 1
                for extent in weight.get_shape():
                    count *= extent
                sizes[name] = count * _item_size(weight.get_dtype(), dtype)
    modules: dict[str, int] = {}
    for name, size in sizes.items():
        module = name.rpartition(".")[0]
        modules[module] = modules.get(module, 0) + size
    return modules


def memory_limits(runtime: Runtime) -> Limits:
    """Give the bytes that weights may take on each device: what is named, else most of what is free now.

    Raises:
        DeviceError: a device is named that is not there.
    """
    from accelerate.utils import get_max_memory

    free = {place: int(size * _USABLE) for place, size in get_max_memory().items()}
    return free | _named(runtime)


def memory_limit(runtime: Runtime, device: torch.device) -> int:
    """Give the bytes that weights may take on one device, without setting up the others.

    Raises:
        DeviceError: a device is named that is not there.
    """
    place, named = _place(device), _named(runtime)
    if place in named:
        return named[place]
    if isinstance(place, str):
        return memory_limits(runtime)[place]
    return int(torch.get_device_module(device).mem_get_info(device)[0] * _USABLE)


def _named(runtime: Runtime) -> Limits:
    return {_place(choose_device(name)): limit for name, limit in runtime.max_memory}


def _place(device: torch.device) -> int | str:
    return device.type if device.type in {"cpu", "mps"} else device.index or 0


def _item_size(stored: str, dtype: torch.dtype) -> int:
    """Give the bytes of a number that is stored in a type of safetensors, such as ``"F16"`` or ``"I64"``."""
    if re.match(r"B?F\d", stored):
        return dtype.itemsize
    bits = re.search(r"\d+", stored)
    return int(bits.group()) // 8 if bits else 1
