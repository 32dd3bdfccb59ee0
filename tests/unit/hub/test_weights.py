"""Which files of a repository are wanted: those that would be opened of a folder with all of them."""

from __future__ import annotations

import json
from itertools import chain, combinations
from typing import TYPE_CHECKING, Literal

import pytest

from hfkit import Runtime
from hfkit.backends.onnx import OnnxBackend
from hfkit.backends.onnx.export_folder import ExportCard
from hfkit.backends.onnx.readiness import find_own
from hfkit.backends.protocols import OpensScorers
from hfkit.backends.torch.tasks import CAUSAL_WRITING, SEQUENCE_CLASSIFICATION, Task
from hfkit.hub.digests import file_digest
from hfkit.hub.folder import EXPORT_CARD, ModelFolder
from hfkit.hub.lock_checks import is_wanted
from hfkit.hub.weights import chosen_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hfkit.hub.weights import WeightsChoice

PARTS = ("config.json", "tokenizer.json", "model.safetensors", "model.onnx", "onnx/model.onnx", EXPORT_CARD)
FOLDERS = [*chain.from_iterable(combinations(PARTS, size) for size in range(len(PARTS) + 1))]

HOW: dict[str, tuple[WeightsChoice, Runtime, Task]] = {
    "by no name": ("safetensors", Runtime(device="cpu"), SEQUENCE_CLASSIFICATION),
    "by onnx": ("any_export", Runtime(backend="onnx"), SEQUENCE_CLASSIFICATION),
    "by onnx in 8 bits": ("own_export", Runtime(backend="onnx", dtype="int8"), SEQUENCE_CLASSIFICATION),
    "by onnx to write": ("own_export", Runtime(backend="onnx"), CAUSAL_WRITING),
}


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))


def write(place: Path, parts: tuple[str, ...]) -> ModelFolder:
    (place / "onnx").mkdir(parents=True)
    for part in parts:
        (place / part).write_text("{}")
    if EXPORT_CARD in parts:
        known = tuple((name, file_digest(place / name)) for name in parts if name != EXPORT_CARD)
        card = ExportCard(max_tokens=None, pad_id=0, pads=False, dtype="float32", files=known)
        (place / EXPORT_CARD).write_text(json.dumps(card.to_dict()))
    return ModelFolder(str(place), place, "", stamp=())


def opened(folder: ModelFolder, runtime: Runtime, task: Task) -> Literal["weights", "export"]:
    """What hfkit takes of a folder."""
    if runtime.backend == "auto":
        return "export" if OnnxBackend().ready(folder, runtime, OpensScorers) else "weights"
    return "export" if find_own(folder, task, runtime.dtype) else "weights"


def usable(parts: tuple[str, ...]) -> Iterator[str]:
    """Which weights there are at all."""
    yield from ["weights"] * ("model.safetensors" in parts)
    yield from ["export"] * bool({"model.onnx", "onnx/model.onnx"} & {*parts})


@pytest.mark.parametrize("how", HOW)
@pytest.mark.usefixtures("own_cache")
def test_what_a_folder_would_be_opened_of_is_fetched(how: str, tmp_path: Path) -> None:
    """For each folder that has both kinds of weights, or one; whole or not."""
    choice, runtime, task = HOW[how]
    for number, parts in enumerate(FOLDERS):
        if EXPORT_CARD in parts and "model.onnx" not in parts:
            continue  # a torn export is an error wherever it lies
        patterns = chosen_files(parts, choice)
        wanted = {part for part in parts if is_wanted(part, patterns)}
        assert {"config.json", "tokenizer.json", EXPORT_CARD} & {*parts} <= wanted
        exports = {"model.onnx", "onnx/model.onnx"} & wanted
        match [*usable(parts)]:
            case ["weights", "export"]:
                folder = write(tmp_path / str(number), parts)
                takes = opened(folder, runtime, task)
                assert ("model.safetensors" in wanted, bool(exports)) == (
                    takes == "weights",
                    takes == "export",
                ), parts
            case [one]:
                assert ("model.safetensors" in wanted, bool(exports)) == (one == "weights", one == "export")
            case _:
                assert wanted == {*parts}
        assert len(exports) < 2, "one export is enough"


def test_weights_beside_an_export_are_fetched_with_it() -> None:
    own = chosen_files(["config.json", "model.onnx", "encoder.onnx", "encoder.onnx.data"], "safetensors")
    assert {"model.onnx", "model.onnx.data", "encoder.onnx", "encoder.onnx.data"} <= {*own}
    assert not [name for name in own if name.startswith("onnx/")]
    below = chosen_files(["onnx/model.onnx"], "safetensors")
    assert {"onnx/model.onnx", "onnx/model.onnx_data"} <= {*below}
    assert "model.onnx" not in below


def test_safetensors_of_a_subfolder_are_no_weights() -> None:
    assert "model.onnx" in chosen_files(["old/model.safetensors", "model.onnx"], "safetensors")
