"""Devices and number types by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from hfkit.errors import DeviceError, SettingError

if TYPE_CHECKING:
    from hfkit.values.runtime import DType

__all__ = ["choose_device", "choose_dtype"]


def choose_device(name: str) -> torch.device:
    """Turn a device's name into a device that is there.

    Args:
        name: ``"auto"`` for an accelerator if there is one; else a name that torch knows.

    Raises:
        DeviceError: torch does not know the name, or the machine has no such device.
    """
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if name == "auto":
        return accelerator or torch.device("cpu")
    allowed = ["auto", "cpu", *([accelerator.type] if accelerator else [])]
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceError(f"device {name!r} is not one of {allowed}", hint="name one of them") from error
    count = torch.accelerator.device_count() if accelerator and device.type == accelerator.type else 0
    if device.type != "cpu" and (device.index or 0) >= count:
        raise DeviceError(
            f"device {name!r} is not on this machine, which has {allowed[1:]}",
            hint="use device='auto', or install a torch build for the accelerator",
        )
    return device


def choose_dtype(name: DType) -> torch.dtype:
    """Turn a number type's name into torch's; ``"auto"`` is float32.

    Raises:
        SettingError: torch does not run in it.
    """
    if name == "int8":
        raise SettingError(
            "dtype 'int8' is not one of ['auto', 'float32', 'bfloat16', 'float16'] that backend 'torch' runs in",
            hint="use Runtime(backend='onnx', dtype='int8'), which makes the model's 8-bit export at first use",
        )
    dtypes = {
        "auto": torch.float32,
        "float32": torch.float32,
        "bfloat16": torch.bfloat16,
        "float16": torch.float16,
    }
    return dtypes[name]
