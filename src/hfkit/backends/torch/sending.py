"""Bring inputs to a device."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["send"]


def send(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Give a tensor on a device.

    To CUDA it goes from pinned memory, which the device reads by itself: nobody waits for it here, and what
    the model computes with it waits in the same stream.
    """
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
