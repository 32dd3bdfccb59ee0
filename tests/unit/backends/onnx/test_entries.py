"""Exports in the cache: which one is found, and what two processes make of one place."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hfkit.backends.onnx import entries
from hfkit.backends.onnx.entries import drafted_entry, find_entry
from hfkit.backends.onnx.export_folder import ExportCard
from hfkit.backends.torch.tasks import QUESTION_ANSWERING, SEQUENCE_CLASSIFICATION
from hfkit.errors import HubError
from hfkit.hub.cached_items import own_items
from hfkit.hub.digests import file_digest
from hfkit.hub.folder import EXPORT_CARD, ModelFolder

MODEL = ModelFolder("org/model", Path("nowhere"), "sha256:1", stamp=())
TASK = SEQUENCE_CLASSIFICATION
MAKERS = {"onnxruntime": "1.30", "torch": "2.13", "transformers": "5.23"}


@pytest.fixture(autouse=True)
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path))
    install(monkeypatch, MAKERS)
    return tmp_path / "exports"


def install(monkeypatch: pytest.MonkeyPatch, versions: dict[str, str]) -> None:
    monkeypatch.setattr(entries, "maker_versions", lambda: dict(versions))


def write(drafted: tuple[Path, str], content: str = "graph") -> None:
    draft, origin = drafted
    for name in ("model.onnx", "config.json", "tokenizer.json"):
        (draft / name).write_text(content)
    files = tuple((file.name, file_digest(file)) for file in sorted(draft.iterdir()))
    versions = tuple(entries.maker_versions().items())
    card = ExportCard(
        max_tokens=8, pad_id=0, pads=True, dtype="float32", origin=origin, files=files, versions=versions
    )
    (draft / EXPORT_CARD).write_text(json.dumps(card.to_dict()))


def keep(content: str = "graph") -> None:
    with drafted_entry(MODEL, TASK) as drafted:
        write(drafted, content)


def content(model: ModelFolder = MODEL) -> str | None:
    entry = find_entry(model, TASK)
    return entry.model.read_text() if entry else None


def test_the_cache_shows_of_which_model_an_export_is(exports: Path) -> None:
    keep()
    (item,) = own_items()
    assert (item.kind, item.name, item.revision) == ("export", "org/model", "sha256:1")
    assert item.marks == (entries._entry_name(TASK, "float32"),)
    assert exports in item.path.parents
    (item.path.parent.parent / "model.json").unlink()  # as before there were such notes
    assert next(own_items()).name == "an unnamed model"
    assert content() == "graph"
    assert next(own_items()).name == "org/model"


def test_nothing_is_found_before_it_is_made() -> None:
    assert content() is None


def test_what_was_kept_is_found() -> None:
    keep()
    assert content() == "graph"
    found = find_entry(MODEL, task=None)
    assert found is not None
    assert found.card is not None
    assert found.card.max_tokens == 8


def test_a_draft_is_not_found_before_it_is_whole() -> None:
    with drafted_entry(MODEL, TASK) as drafted:
        write(drafted)
        assert content() is None
    assert content() == "graph"


def test_a_draft_that_fails_leaves_nothing(exports: Path) -> None:
    def fail() -> None:
        with drafted_entry(MODEL, TASK) as drafted:
            write(drafted)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert content() is None
    assert [file for file in exports.rglob("*") if file.is_file()] == []


def test_each_head_is_an_entry_of_its_own() -> None:
    keep()
    assert find_entry(MODEL, QUESTION_ANSWERING) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(MODEL, revision="sha256:2"),
        replace(MODEL, base=MODEL),
    ],
    ids=["other files", "an adapter"],
)
def test_other_content_is_another_entry(other: ModelFolder) -> None:
    keep()
    assert content(other) is None


def test_the_name_and_place_of_a_folder_do_not_matter() -> None:
    keep()
    assert content(replace(MODEL, name="copy", path=Path("elsewhere"))) == "graph"


@pytest.mark.parametrize("package", list(MAKERS))
def test_an_upgrade_makes_an_entry_stale(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("old")
    install(monkeypatch, MAKERS | {package: "99"})
    assert content() is None
    keep("new")
    assert content() == "new"
    install(monkeypatch, MAKERS)
    assert content() == "old"


def test_without_torch_what_torch_has_made_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    install(monkeypatch, {"onnxruntime": MAKERS["onnxruntime"]})
    assert content() == "graph"


def test_another_format_is_another_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    monkeypatch.setattr(entries, "_FORMAT", entries._FORMAT + 1)
    assert content() is None


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", EXPORT_CARD])
@pytest.mark.parametrize("damage", [None, "", "other"])
def test_a_damaged_entry_is_not_found_and_gives_way(name: str, damage: str | None) -> None:
    keep()
    entry = find_entry(MODEL, TASK)
    assert entry is not None
    if damage is None:
        (entry.path / name).unlink()
    else:
        (entry.path / name).write_text(damage)
    assert content() is None
    keep("again")
    assert content() == "again"


def test_of_two_at_once_the_first_stays(exports: Path) -> None:
    with drafted_entry(MODEL, TASK) as slow:
        write(slow, "slow")
        keep("fast")
    assert content() == "fast"
    assert len(list(exports.rglob("model.onnx"))) == 1


def test_an_abandoned_draft_goes_after_a_day(exports: Path) -> None:
    for name, age in (("old", 0), ("running", None)):
        (exports / ".drafts" / name).mkdir(parents=True)
        if age is not None:
            os.utime(exports / ".drafts" / name, (age, age))
    keep()
    assert [draft.name for draft in (exports / ".drafts").iterdir()] == ["running"]


def test_a_cache_that_cannot_be_written_is_an_error(exports: Path) -> None:
    exports.write_text("a file, no folder")
    with pytest.raises(HubError) as caught:
        keep()
    assert caught.value.message.startswith(
        f"the export of org/model cannot be written to the cache {exports.parent}: "
    )
    assert caught.value.hint == "set HFKIT_CACHE to a folder that can, or use Runtime(backend='torch')"


def test_the_entry_of_another_model_is_not_taken() -> None:
    keep("mine")
    other = replace(MODEL, revision="sha256:2")
    with drafted_entry(other, TASK) as drafted:
        write(drafted, "other")
    mine, foreign = find_entry(MODEL, TASK), find_entry(other, TASK)
    assert mine is not None
    assert foreign is not None
    shutil.rmtree(mine.path)
    foreign.path.rename(mine.path)
    assert content() is None
    keep("mine again")
    assert content() == "mine again"


@pytest.mark.parametrize(
    "change",
    [
        {"versions": []},
        {"versions": [["torch", "1"]]},
        {"max_tokens": "8"},
        {"pads": "no"},
        {"files": []},
        {"origin": ""},
        {"dtype": None},
    ],
    ids=str,
)
def test_an_entry_with_another_card_gives_way(change: dict[str, object]) -> None:
    keep()
    entry = find_entry(MODEL, TASK)
    assert entry is not None
    card = json.loads((entry.path / EXPORT_CARD).read_text())
    (entry.path / EXPORT_CARD).write_text(json.dumps(card | change))
    assert content() is None
    keep("again")
    assert content() == "again"


@pytest.mark.parametrize("card", ["[]", "null", "[" * 100_000])
def test_a_card_that_is_no_object_gives_way(card: str) -> None:
    keep()
    entry = find_entry(MODEL, TASK)
    assert entry is not None
    (entry.path / EXPORT_CARD).write_text(card)
    assert content() is None
    keep("again")
    assert content() == "again"


def test_a_cache_that_cannot_be_read_holds_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    keep()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(entries, "find_export", refuse)
    assert content() is None
    monkeypatch.setattr(Path, "glob", refuse)
    assert content() is None
