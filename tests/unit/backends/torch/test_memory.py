"""How much weights take and how much there is, without a model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file

from hfkit.backends.torch.memory import memory_limit, memory_limits, weigh_modules
from hfkit.errors import DeviceError
from hfkit.values.runtime import Runtime

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A machine with two cards of 1,000 and 2,000 free bytes; gives the devices that were asked."""
    asked: list[object] = []

    def free(device: object) -> tuple[int, int]:
        asked.append(device)
        return 1000, 5000

    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    monkeypatch.setattr(torch, "get_device_module", lambda _: SimpleNamespace(mem_get_info=free))
    monkeypatch.setattr("accelerate.utils.get_max_memory", lambda: {0: 1000, 1: 2000, "cpu": 4000})
    return asked


@pytest.mark.parametrize(("dtype", "size"), [(torch.float32, 4), (torch.bfloat16, 2)])
def test_weights_are_weighed_in_the_type_that_they_will_have(
    dtype: torch.dtype, size: int, tmp_path: Path
) -> None:
    shards = [
        {"a.weight": torch.ones(3, 5, dtype=torch.float16), "a.bias": torch.ones(3)},
        {"b.c.places": torch.ones(7, dtype=torch.int64), "scale": torch.ones((), dtype=torch.float64)},
        {"b.d.mask": torch.ones(2, dtype=torch.bool)},
    ]
    for number, shard in enumerate(shards):
        save_file(shard, tmp_path / f"model-0000{number}-of-00003.safetensors")
    save_file({"other": torch.ones(9)}, tmp_path / "adapter_model.safetensors")
    assert weigh_modules(tmp_path, dtype) == {"a": 18 * size, "b.c": 56, "": size, "b.d": 2}


def test_what_is_not_named_may_use_most_of_what_is_free(two_cards: list[object]) -> None:
    assert memory_limits(Runtime()) == {0: 900, 1: 1800, "cpu": 3600}
    named = Runtime(max_memory=(("cuda:1", 0), ("cpu", 10_000)))
    assert memory_limits(named) == {0: 900, 1: 0, "cpu": 10_000}
    assert not two_cards


def test_one_card_is_asked_alone(two_cards: list[object]) -> None:
    card = torch.device("cuda")
    assert memory_limit(Runtime(), card) == 900
    assert two_cards == [card]


@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_a_limit_is_taken_at_its_word(name: str, two_cards: list[object]) -> None:
    runtime = Runtime(max_memory=((name, 123_456),))
    assert memory_limit(runtime, torch.device("cuda")) == 123_456
    assert not two_cards


def test_the_processor_may_use_most_of_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accelerate.utils.get_max_memory", lambda: {"cpu": 1000})
    assert memory_limit(Runtime(), torch.device("cpu")) == 900


@pytest.mark.parametrize("name", ["cuda:2", "disk"])
@pytest.mark.usefixtures("two_cards")
def test_a_device_that_is_not_there(name: str) -> None:
    with pytest.raises(DeviceError, match=f"device '{name}' is not"):
        memory_limits(Runtime(max_memory=((name, 1),)))
