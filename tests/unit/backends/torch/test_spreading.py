"""Plans over accelerators, made without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch
from safetensors.torch import save_file

from hfkit.backends.torch.spreading import Spread, plan_spread
from hfkit.errors import OutOfMemoryError
from hfkit.hub.folder import ModelFolder
from hfkit.values.runtime import Runtime

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel

CARD = torch.device("cuda")


class Layers(torch.nn.Module):
    """Two layers of 40 bytes, on no device."""

    def __init__(self, **places: int | str) -> None:
        super().__init__()
        self.one = torch.nn.Linear(9, 1, device="meta")
        self.two = torch.nn.Linear(9, 1, device="meta")
        self.hf_device_map = places


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    """A model of two layers of 40 bytes."""
    weights = {"one.weight": torch.ones(10), "two.weight": torch.ones(10)}
    save_file(weights, tmp_path / "model.safetensors")
    return ModelFolder("org/model", tmp_path, "0" * 40, stamp=())


def allow(monkeypatch: pytest.MonkeyPatch, **free: int) -> None:
    """Let devices have so many bytes; a card is named by its number behind an underscore."""
    limits = {int(name[1:]) if name.startswith("_") else name: size for name, size in free.items()}
    monkeypatch.setattr("hfkit.backends.torch.spreading.memory_limits", lambda _: limits)
    monkeypatch.setattr("hfkit.backends.torch.spreading.memory_limit", lambda *_: limits[0])


def test_what_the_first_card_holds_is_not_spread(
    folder: ModelFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, _0=80, _1=10, cpu=10)
    assert plan_spread(folder, Runtime(), CARD, torch.float32) is None


def test_the_rest_goes_over_all_that_there_is(folder: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, _0=79, _1=50, cpu=0)
    spread = plan_spread(folder, Runtime(), CARD, torch.float32)
    assert spread is not None
    assert spread.limits == {0: 79, 1: 50, "cpu": 0}
    assert plan_spread(folder, Runtime(), CARD, torch.bfloat16) is None


def test_a_card_without_room_is_left_out(folder: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, _0=0, _1=50, cpu=100)
    spread = plan_spread(folder, Runtime(), CARD, torch.float32)
    assert spread is not None
    assert spread.limits == {1: 50, "cpu": 100}


def test_a_named_device_holds_all_or_nothing(folder: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, _0=1, cpu=1)
    assert plan_spread(folder, Runtime(device="cuda"), CARD, torch.float32) is None


def test_a_layer_that_no_device_holds(folder: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, _0=10, _1=39, cpu=20)
    with pytest.raises(OutOfMemoryError, match="one of org/model takes 40 bytes, and cuda:1 has 39"):
        plan_spread(folder, Runtime(), CARD, torch.float32)


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ({"one": 0, "two": 1}, {"cuda:0": 40, "cuda:1": 40}),
        ({"one": 0, "two": "disk"}, {"cuda:0": 40, "disk": 40}),
        ({"two": "disk", "one": "cpu"}, {"cpu": 40, "disk": 40}),
        ({"one": "disk", "two": "disk"}, {"cpu": 0, "disk": 80}),
        ({"one.weight": 1, "one.bias": 0, "two": "cpu"}, {"cuda:0": 4, "cuda:1": 36, "cpu": 40}),
    ],
)
def test_places_are_named_and_ordered(
    places: dict[str, int | str], found: dict[str, int], tmp_path: Path
) -> None:
    spread = Spread({}, "cuda", tmp_path, stamp=())
    assert list(spread.places(cast("PreTrainedModel", Layers(**places))).items()) == list(found.items())
