"""Devices by name."""

from __future__ import annotations

import torch

from hfkit.errors import DeviceError

__all__ = ["choose_device"]


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
