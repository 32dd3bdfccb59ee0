"""Inputs reach their device."""

from __future__ import annotations

import pytest
import torch

from hfkit.backends.torch.sending import send


@pytest.mark.parametrize("place", ["cpu", "meta"])
def test_inputs_are_on_the_device(place: str) -> None:
    sent = send(torch.arange(6).reshape(2, 3), torch.device(place))
    assert (sent.device.type, sent.shape, sent.dtype) == (place, (2, 3), torch.int64)


def test_on_the_processor_nothing_is_copied() -> None:
    tensor = torch.arange(6)
    assert send(tensor, torch.device("cpu")) is tensor


@pytest.mark.parametrize("place", ["cuda", "cuda:1"])
def test_cuda_reads_them_from_pinned_memory_by_itself(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no such device here: what a tensor is asked for is written down."""
    asked: list[tuple[str, object, object]] = []
    pinned, arrived = torch.zeros(1), torch.zeros(1)

    def pin(tensor: torch.Tensor) -> torch.Tensor:
        asked.append(("pin", tensor.shape, None))
        return pinned

    def to(tensor: torch.Tensor, device: torch.device, *, non_blocking: bool = False) -> torch.Tensor:
        asked.append(("to", tensor is pinned, (str(device), non_blocking)))
        return arrived

    monkeypatch.setattr(torch.Tensor, "pin_memory", pin)
    monkeypatch.setattr(torch.Tensor, "to", to)
    assert send(torch.arange(6), torch.device(place)) is arrived
    assert asked == [("pin", (6,), None), ("to", True, (place, True))]
