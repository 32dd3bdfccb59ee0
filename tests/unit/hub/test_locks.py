"""A lock as a file and as a value."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from hfkit import Lock, LockedFile, LockedRepository, LockReport, Table, lock
from hfkit.errors import HubError, LockError, OfflineError, SettingError
from hfkit.hub.locks import chosen_lock

A, B = "a" * 40, "b" * 40
FILE = LockedFile("config.json", 10, "0" * 64)
MAIN = LockedRepository("model", "org/a", None, A, (FILE,))
TAG = LockedRepository("model", "org/a", "v1", B, (FILE, FILE))
DATA = LockedRepository("dataset", "org/a", "main", B, ())


def locked(*repositories: LockedRepository, path: Path = Path("hfkit.lock")) -> Lock:
    return Lock(path, repositories)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    one = locked(DATA, MAIN, TAG, path=tmp_path / "folder" / "hfkit.lock")
    one.write()
    assert Lock.read(str(one.path)) == one
    assert one.path.read_text(encoding="utf-8").startswith('{\n  "format": 1,\n  "repositories": [\n')


def test_it_prints_a_line_for_each_repository() -> None:
    assert str(locked(DATA, MAIN)) == (
        "lock hfkit.lock\n"
        "dataset  org/a@main  bbbbbbbbbbbb  0 files, 0 bytes\n"
        "model    org/a@main  aaaaaaaaaaaa  1 file, 10 bytes"
    )


@pytest.mark.parametrize(
    ("revision", "found"),
    [(None, MAIN), ("v1", TAG), (A, MAIN), (B, TAG)],
    ids=["none", "tag", "first", "second"],
)
def test_a_revision_is_found_as_it_was_locked_or_by_its_commit(
    revision: str | None, found: LockedRepository
) -> None:
    assert locked(DATA, MAIN, TAG).find("model", "org/a", revision) is found


def test_a_name_alone_is_the_one_of_that_name() -> None:
    assert locked(DATA, TAG).find("model", "org/a", None) is TAG
    assert locked(DATA, TAG).find("dataset", "org/a", None) is DATA


def test_a_name_alone_that_could_be_two_is_refused() -> None:
    other = LockedRepository("model", "org/a", "v2", A, ())
    with pytest.raises(LockError) as caught:
        locked(TAG, other).find("model", "org/a", None)
    assert caught.value.message == (
        f"model 'org/a' at no revision is not in the lock 'hfkit.lock', which has it at v1 ({B}), v2 ({A})"
    )


def test_what_is_not_locked_is_refused() -> None:
    with pytest.raises(LockError) as caught:
        locked(MAIN).find("model", "org/b", None)
    assert caught.value.message == "model 'org/b' is not in the lock 'hfkit.lock', which has 'org/a'"
    assert caught.value.hint == "lock it too: hfkit.lock('hfkit.lock', models=[...])"
    with pytest.raises(LockError, match="which has no dataset"):
        locked(MAIN).find("dataset", "org/b", None)
    with pytest.raises(LockError, match=r"which has it at the default branch \(a+\)"):
        locked(MAIN).find("model", "org/a", "main")


def test_there_is_no_lock(tmp_path: Path) -> None:
    with pytest.raises(LockError, match=r"there is no lock '.*none'"):
        Lock.read(tmp_path / "none")


def whole(**changes: object) -> dict[str, object]:
    return {"format": 1, "repositories": [asdict(MAIN) | changes]}


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[]",
        b"{}",
        b'{"format": 2, "repositories": []}',
        b'{"format": 1, "repositories": [3]}',
        json.dumps(whole(kind="space")).encode(),
        json.dumps(whole(commit="main")).encode(),
        json.dumps(whole(files=[{"path": "a", "size": 1, "sha256": "0"}])).encode(),
        json.dumps(whole(files=[{"path": "a"}])).encode(),
    ],
)
def test_something_else_is_no_lock(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "lock").write_bytes(content)
    with pytest.raises(LockError, match="is no lock: "):
        Lock.read(tmp_path / "lock")


def test_a_lock_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HubError, match="cannot be written"):
        locked(MAIN, path=tmp_path / "file" / "lock").write()


def test_a_setting_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = locked(MAIN, path=tmp_path / "one"), locked(TAG, path=tmp_path / "two")
    one.write()
    two.write()
    monkeypatch.delenv("HFKIT_LOCK", raising=False)
    assert chosen_lock(None) is None
    monkeypatch.setenv("HFKIT_LOCK", str(one.path))
    assert chosen_lock(None) == one
    assert chosen_lock(two.path) == two


def test_a_report_says_what_is_missing() -> None:
    assert str(LockReport(1, 1200)) == "1 file, 1,200 bytes, is what was locked"
    some = LockReport(2, 1200, ("org/a: model.safetensors",))
    assert (some.complete, LockReport(1, 1).complete) == (False, True)
    assert str(some) == (
        "2 files, 1,200 bytes, are what was locked\nnot in the cache: org/a: model.safetensors"
    )


def test_something_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="nothing is named to be locked"):
        lock(tmp_path / "lock")
    with pytest.raises(SettingError, match="'org/a' is one text, must be a list of names"):
        lock(tmp_path / "lock", models="org/a")
    with pytest.raises(SettingError, match="no name that the hub allows"):
        lock(tmp_path / "lock", models=["org/-"])


def test_a_folder_is_not_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        SettingError, match="model 'out/model' is a folder here, and a lock is for repositories"
    ):
        lock("lock", models=["out/model"])


def test_a_lock_is_made_with_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        OfflineError, match=r"cannot be locked: the hub cannot be reached \(HF_HUB_OFFLINE is set\)"
    ):
        lock(tmp_path / "lock", models=["org/a"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "models"), [("a.lock", None), ("a.lock", [3]), ("a.lock", [Path("org")]), (None, ["org/a"])]
)
def test_what_names_nothing_is_refused(path: object, models: object) -> None:
    with pytest.raises(SettingError, match=r"(models|path) is .*, must be"):
        lock(path, models=models)  # type: ignore[arg-type]


def test_an_empty_name_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even none: who wrote it meant to be held to one."""
    for names in (
        lambda: Lock.read(""),
        lambda: lock("", models=["org/a"]),
        lambda: Table.load("org/a", lock=""),
    ):
        with pytest.raises(SettingError, match="lock is empty, must be the file of a lock"):
            names()
    monkeypatch.setenv("HFKIT_LOCK", "")
    assert chosen_lock(None) is None
    made = locked(MAIN, path=tmp_path / "a.lock")
    made.write()
    monkeypatch.setenv("HFKIT_LOCK", str(made.path))
    assert chosen_lock(None) == made


def test_what_is_no_path_or_no_list_is_no_lock(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="path is None, must be str or PathLike"):
        Lock.read(None)  # type: ignore[arg-type]
    (tmp_path / "a.lock").write_text('{"format": 1, "repositories": {}}')
    with pytest.raises(LockError, match="its repositories are no list"):
        Lock.read(tmp_path / "a.lock")
