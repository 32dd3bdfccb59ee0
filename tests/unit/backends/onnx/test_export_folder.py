"""Folders that hold an export."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from hfkit.backends.onnx.export_folder import ExportCard, find_export
from hfkit.errors import CorruptModelError
from hfkit.hub.folder import EXPORT_CARD

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = hashlib.sha256(b"{}").hexdigest()

CARD = ExportCard(
    max_tokens=None,
    pad_id=1,
    pads=False,
    dtype="float32",
    reads_specials=True,
    files=(("config.json", DIGEST), ("model.onnx", "00"), ("tokenizer.json", DIGEST)),
    versions=(("torch", "2"),),
    notes=("a note",),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("config.json", "tokenizer.json", "model.onnx"):
        (tmp_path / name).write_text("{}")
    return tmp_path


def test_a_card_comes_back_through_json() -> None:
    assert ExportCard.from_dict(json.loads(json.dumps(CARD.to_dict()))) == CARD


@pytest.mark.parametrize("plain", [{}, {"files": [], "versions": [], "notes": []}, {"files": 1}])
def test_what_is_no_card_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        ExportCard.from_dict(plain)


def test_an_export_of_somebody_else_has_no_card(folder: Path) -> None:
    export = find_export(folder)
    assert export is not None
    assert (export.path, export.model, export.card) == (folder, folder / "model.onnx", None)


def test_an_export_may_lie_one_folder_down(folder: Path) -> None:
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model.onnx")
    export = find_export(folder)
    assert export is not None
    assert export.model == folder / "onnx" / "model.onnx"


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.onnx"])
def test_half_an_export_is_none(name: str, folder: Path) -> None:
    (folder / name).unlink()
    assert find_export(folder) is None


def test_a_damaged_export_is_an_error(folder: Path) -> None:
    (folder / EXPORT_CARD).write_text(json.dumps(CARD.to_dict()))
    with pytest.raises(CorruptModelError) as caught:
        find_export(folder)
    assert caught.value.message == (f"the export in {folder} is damaged: model.onnx is not what hfkit wrote")
    assert caught.value.hint == "export the model again"


def test_a_card_that_is_no_json_is_an_error(folder: Path) -> None:
    (folder / EXPORT_CARD).write_text("{")
    with pytest.raises(CorruptModelError, match="is no JSON: Expecting property name"):
        find_export(folder)
