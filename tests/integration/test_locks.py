"""Locks against a hub: made, held to, checked, without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import datasets
import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi, HfFileSystem

import hfkit
from hfkit import Lock, Table, errors
from hfkit.hub.inventory import snapshot_folder
from hfkit.hub.resolve import resolve
from hfkit.testing import LocalHub

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def hub(local_hub: LocalHub, fake_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalHub:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "hfkit"))
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", local_hub.endpoint)
    monkeypatch.setattr(datasets.config, "HF_UPDATE_DOWNLOAD_COUNTS", False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")
    HfFileSystem.clear_instance_cache()
    local_hub.create("org/model", fake_model)
    local_hub.commit("org/model", {"README.md": b"# Model", "pytorch_model.bin": b"pickle"})
    local_hub.create("org/reviews", {"train.jsonl": b'{"text": "good"}\n'}, kind="dataset")
    return local_hub


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hfkit.lock"


@pytest.fixture
def lock(hub: LocalHub, path: Path) -> Lock:
    made = hfkit.lock(path, models=["org/model"], datasets=["org/reviews@main"])
    assert hub.repository("org/model").branches["main"] == made.find("model", "org/model", None).commit
    return made


def open_model(lock: Path, name: str = "org/model", *, offline: bool = False) -> str:
    runtime = hfkit.Runtime(backend="fake", lock=lock, offline=offline)
    return hfkit.Classify(name, runtime=runtime)("good").source.revision


def blob(lock: Lock, name: str) -> Path:
    locked = lock.find("model", "org/model", None)
    return (snapshot_folder("model", "org/model", locked.commit) / name).resolve()


def test_a_lock_has_the_files_that_would_be_opened(lock: Lock, hub: LocalHub, path: Path) -> None:
    assert Lock.read(path) == lock
    data, model = lock.repositories
    assert "model.safetensors" in (names := [file.path for file in model.files])
    assert not {"README.md", "pytorch_model.bin"} & set(names)
    assert [file.path for file in data.files] == [".gitattributes", "train.jsonl"]
    there = hub.repository("org/model").files()
    assert {file.path: file.size for file in model.files} == {name: len(there[name]) for name in names}
    assert not [one for one in hub.requests if one.path.endswith("model.safetensors")]


def test_a_lock_holds_while_the_branch_moves(lock: Lock, hub: LocalHub, path: Path) -> None:
    commit = lock.find("model", "org/model", None).commit
    hub.commit("org/model", {"notes.json": b"{}"})
    assert open_model(path) == commit
    assert open_model(path, f"org/model@{commit}") == commit
    again = hfkit.lock(path, models=["org/model"])
    assert again != lock
    assert open_model(path) == again.find("model", "org/model", None).commit


def test_a_model_that_is_not_locked_is_refused(lock: Lock, hub: LocalHub, fake_model: Path) -> None:
    hub.create("org/other", fake_model)
    with pytest.raises(errors.LockError, match="model 'org/other' is not in the lock"):
        open_model(lock.path, "org/other")
    with pytest.raises(errors.LockError, match="model 'org/model' at main is not in the lock"):
        open_model(lock.path, "org/model@main")


def test_a_folder_needs_no_lock(lock: Lock, fake_model: Path) -> None:
    assert open_model(lock.path, str(fake_model)).startswith("sha256:")


@pytest.mark.usefixtures("hub")
def test_a_lock_holds_without_a_network(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    report = lock.fetch()
    assert (report.complete, report.verified) == (True, sum(len(one.files) for one in lock.repositories))
    assert lock.verify() == report
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", NOBODY)
    assert lock.fetch() == report
    commit = lock.find("model", "org/model", None).commit
    assert open_model(lock.path) == open_model(lock.path, offline=True) == commit


def test_bars_are_drawn_where_they_are_wanted(
    lock: Lock,
    hub: LocalHub,
    fake_model: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody looks on here: the test's standard error is a file."""
    # Another test of this process may have turned them off for good, as transformers' disable_progress_bar does.
    monkeypatch.setattr(sys.modules["huggingface_hub.utils.tqdm"], "progress_bar_states", {})
    hub.create("org/other", fake_model)
    other = hfkit.lock(lock.path.with_name("other.lock"), models=["org/other"])
    lock.fetch()
    open_model(lock.path)
    hub.commit("org/model", {"notes.json": b"{}"})
    hfkit.Tokenize("org/model")("good")
    assert not capfd.readouterr().err
    other.fetch(progress="always")
    assert "Fetching" in capfd.readouterr().err
    hub.commit("org/other", {"notes.json": b"{}"})
    hfkit.Tokenize("org/other", runtime=hfkit.Runtime(progress="always"))("good")
    assert "Fetching" in capfd.readouterr().err
    with pytest.raises(errors.SettingError, match="progress 'yes' is not one of"):
        lock.fetch(progress="yes")  # type: ignore[arg-type]


def test_what_was_not_fetched_is_missing(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    report = lock.verify()
    assert report.missing == ("org/model: model.safetensors",)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", NOBODY)
    with pytest.raises(
        errors.OfflineError, match=r"is not whole in the cache, and http://127.0.0.1:9 cannot be"
    ):
        lock.fetch()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(errors.OfflineError, match=r"cannot be reached \(HF_HUB_OFFLINE is set\)"):
        lock.fetch()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_changed_file_is_named(lock: Lock, name: str) -> None:
    lock.fetch()
    file = blob(lock, name)
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)
    commit = lock.find("model", "org/model", None).commit
    for check in (lock.verify, lock.fetch, lambda: open_model(lock.path)):
        with pytest.raises(errors.HashMismatchError) as caught:
            check()
        assert caught.value.files == (name,)
        assert caught.value.message == (
            f"model org/model@{commit} has another {name} than when the lock {str(lock.path)!r} was made"
        )


def test_a_file_that_was_put_beside_is_named(lock: Lock) -> None:
    lock.fetch()
    beside = blob(lock, "config.json").parent.parent / "snapshots" / lock.repositories[1].commit / "custom.py"
    beside.write_text("print('hello')")
    for check in (lock.verify, lambda: open_model(lock.path)):
        with pytest.raises(
            errors.HashMismatchError, match=r"has custom.py, which was not there when the lock"
        ):
            check()


def test_a_lock_of_a_damaged_cache_is_not_made(lock: Lock, path: Path) -> None:
    blob(lock, "config.json").write_text("{}")
    before = path.read_bytes()
    with pytest.raises(
        errors.HashMismatchError, match=r"has another config.json in the cache than on the hub"
    ):
        hfkit.lock(path, models=["org/model"])
    assert path.read_bytes() == before


def test_a_tokenizer_is_held_to_it_without_the_weights(lock: Lock, hub: LocalHub) -> None:
    runtime = hfkit.Runtime(lock=lock.path)
    hfkit.Tokenize("org/model", runtime=runtime)("a film")
    assert not [one for one in hub.requests if one.path.endswith("model.safetensors")]
    blob(lock, "tokenizer.json").write_text("{}")
    with pytest.raises(errors.HashMismatchError, match=r"another tokenizer.json"):
        hfkit.Tokenize("org/model", runtime=runtime)("a film")


def test_the_base_of_an_adapter_is_locked_with_it(hub: LocalHub, path: Path, tmp_path: Path) -> None:
    adapter = {"peft_type": "LORA", "base_model_name_or_path": "org/model", "revision": "main"}
    hub.create("org/adapter", {"adapter_config.json": json.dumps(adapter).encode()})
    hub.create("org/torn", {"adapter_config.json": b"[]"})
    HfApi(endpoint=hub.endpoint, token=hub.token).move_repo("org/model", "org/renamed")
    lock = hfkit.lock(path, models=["org/adapter", "org/torn"])
    assert [(one.name, one.revision) for one in lock.repositories] == [
        ("org/adapter", None),
        ("org/model", "main"),
        ("org/torn", None),
    ]
    commit = hub.repository("org/renamed").branches["main"]
    assert lock.find("model", "org/model", "main").commit == commit
    hub.commit("org/renamed", {"notes.json": b"{}"})
    page = hfkit.Demo(hfkit.Classify("org/adapter", runtime=hfkit.Runtime(lock=path))).write(
        tmp_path / "page"
    )
    adapted = resolve(f"org/adapter@{lock.repositories[0].commit}", offline=False, lock=page / "hfkit.lock")
    assert adapted.base is not None
    assert adapted.base.revision == commit
    assert "org/torn" not in (page / "hfkit.lock").read_text()
    adapted = resolve("org/adapter", offline=False, lock=path)
    assert adapted.base is not None
    assert adapted.base.revision == commit
    (tmp_path / "adapter_config.json").write_text(json.dumps(adapter | {"revision": "v1"}))
    with pytest.raises(errors.LockError, match="model 'org/model' at v1 is not in the lock"):
        resolve(tmp_path, offline=False, lock=path)


def test_a_dataset_that_was_renamed_is_found_by_its_lock(lock: Lock, hub: LocalHub) -> None:
    HfApi(endpoint=hub.endpoint, token=hub.token).move_repo("org/reviews", "org/renamed", repo_type="dataset")
    assert list(Table.load("org/reviews", lock=lock.path)) == [{"text": "good"}]
    with pytest.raises(
        errors.MovedRepositoryError, match="dataset 'org/reviews' is called 'org/renamed' now"
    ):
        Table.load("org/reviews")


def test_a_dataset_is_held_to_it(lock: Lock, hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.commit("org/reviews", {"train.jsonl": b'{"text": "bad"}\n'}, kind="dataset")
    assert list(Table.load("org/reviews", lock=lock.path)) == [{"text": "good"}]
    assert list(Table.stream("org/reviews", lock=lock.path)) == [{"text": "good"}]
    monkeypatch.setenv("HFKIT_LOCK", str(lock.path))
    assert list(hfkit.Splits.load("org/reviews", offline=True).train) == [{"text": "good"}]
    with pytest.raises(errors.LockError, match="dataset 'org/other' is not in the lock"):
        Table.load("org/other")
    fetched = snapshot_folder("dataset", "org/reviews", lock.repositories[0].commit)
    (fetched / "train.jsonl").resolve().write_text('{"text": "evil"}\n')
    with pytest.raises(errors.HashMismatchError, match=r"has another train.jsonl than when the lock"):
        Table.load("org/reviews")


def test_a_cache_that_was_carried_over_opens_without_a_network(fake_model: Path, tmp_path: Path) -> None:
    """Copied with its links, in a process of its own, with a hub that nobody reaches."""
    with LocalHub() as hub, hub.here():
        hub.create("org/model", fake_model)
        lock = hfkit.lock(tmp_path / "hfkit.lock", models=["org/model"])
        assert lock.fetch().complete
        shutil.copytree(hub.home / "hub", tmp_path / "carried", symlinks=True)
    code = (
        "import hfkit\n"
        "print(hfkit.Lock.read('hfkit.lock').verify().complete)\n"
        "print(hfkit.Tokenize('org/model')('good').source.revision)\n"
        "try: hfkit.Tokenize('org/other').load()\n"
        "except hfkit.errors.LockError as error: print(error.message)\n"
    )
    environment = os.environ | {
        "HF_HUB_CACHE": str(tmp_path / "carried"),
        "HFKIT_CACHE": str(tmp_path / "hfkit"),
        "HFKIT_LOCK": "hfkit.lock",
        "HF_ENDPOINT": NOBODY,
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "True",
        lock.repositories[0].commit,
        "model 'org/other' is not in the lock 'hfkit.lock', which has 'org/model'",
    ]
