"""What lies in the caches: shown, compared, removed."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from huggingface_hub import snapshot_download

import hfkit
from hfkit import errors
from hfkit.testing import LocalHub

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 24 * 60 * 60
LONG_AGO = 1_500_000_000


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with LocalHub() as hub, hub.here():
        hub.create("org/model", {"config.json": b"{}", "model.safetensors": b"w" * 5000})
        hub.create("org/reviews", {"train.jsonl": b'{"text": "good"}\n'}, kind="dataset")
        yield hub


@pytest.fixture
def commits(hub: LocalHub) -> tuple[str, str]:
    """Two commits of a model, which share their weights; the first was used long ago."""
    first = Path(snapshot_download("org/model"))
    for file in first.iterdir():
        if file.name != "model.safetensors":
            os.utime(file, (LONG_AGO, LONG_AGO))
    os.utime(first, (LONG_AGO, LONG_AGO))
    hub.commit("org/model", {"config.json": b'{"a": 1}'})
    second = Path(snapshot_download("org/model"))
    return first.name, second.name


def write_export(home: Path, revision: str, *, name: str = "org/model", note: bool = True) -> Path:
    folder = home / "hfkit" / "exports" / revision[-8:] / "makers" / "text-generation"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"onnx" * 100)
    digest = hashlib.sha256(b"onnx" * 100).hexdigest()
    (folder / "hfkit-export.json").write_text(json.dumps({"files": [["model.onnx", digest]]}))
    if note:
        (folder.parent.parent / "model.json").write_text(json.dumps({"name": name, "revision": revision}))
    return folder


def test_there_is_nothing(hub: LocalHub) -> None:
    report = hfkit.cache()
    assert (report.items, report.bytes, report.faults) == ((), 0, ())
    assert str(report) == "name  kind  marks  revision  size  last used\n0 bytes in all"
    assert str(report.plan_prune(unused_days=0)) == "nothing would be removed"
    assert report.verify().sound
    assert hub.requests == ()


def test_each_commit_is_shown_and_each_file_counted_once(commits: tuple[str, str]) -> None:
    report = hfkit.cache()
    by_commit = {item.revision: item for item in report.items}
    assert set(by_commit) == set(commits)
    first, second = (by_commit[commit] for commit in commits)
    assert (first.kind, first.name, first.marks, second.marks) == ("model", "org/model", (), ("main",))
    assert first.bytes > 5000 < second.bytes
    assert report.bytes < first.bytes + second.bytes - 4900
    assert report.of("org/model") == report.items
    assert report.of("org/other") == ()
    assert str(report).splitlines()[0].split() == [
        "name",
        "kind",
        "marks",
        "revision",
        "size",
        "last",
        "used",
    ]
    assert f"org/model  model   main  {second.revision[:8]}  " in str(report)
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["items"][0]["path"] == str(report.items[0].path)
    assert plain["items"][0]["last_used"][:2] == "20"
    with pytest.raises(FrozenInstanceError):
        report.bytes = 0  # type: ignore[misc]  # that is the point


def test_tables_and_what_hfkit_made_are_shown(hub: LocalHub) -> None:
    hfkit.Table.load("org/reviews")
    commit = hub.repository("org/reviews", kind="dataset").branches["main"]
    write_export(hub.home, commit)
    write_export(hub.home, "0" * 64, note=False)
    starter = hub.home / "hfkit" / "starter" / "sentiment-0123456789abcdef"
    base = hub.home / "hfkit" / "architectures" / "0123"
    for folder in (starter, base):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    found = {(item.kind, item.name, item.revision, item.marks) for item in hfkit.cache().items}
    assert found == {
        ("dataset", "org/reviews", commit, ()),
        ("table", "org/reviews", commit, ("default",)),
        ("export", "org/model", commit, ("text-generation",)),
        ("export", "an unnamed model", "", ("text-generation",)),
        ("starter", "sentiment", "0123456789abcdef", ()),
        ("architecture", "learned from examples", "0123", ()),
        ("notes", "dataset-commits", "", ()),
    }


@pytest.mark.usefixtures("commits")
def test_a_damaged_file_is_found(hub: LocalHub) -> None:
    export = write_export(hub.home, "1" * 40)
    check = hfkit.cache().verify()
    assert (check.sound, check.unknown) == (True, 1)  # the export's card has no hash of itself
    weights = next((hub.home / "hub").rglob("model.safetensors"))
    weights.resolve().write_bytes(b"x" * 5000)
    (export / "model.onnx").unlink()
    next((hub.home / "hub").rglob("config.json")).resolve().write_bytes(b"[]")
    check = hfkit.cache().verify()
    assert not check.sound
    assert {file.name for file in check.damaged} == {"model.safetensors", "config.json", "model.onnx"}
    assert str(check).splitlines()[0].endswith(" verified, 1 file without a known hash")
    assert f"damaged: {export / 'model.onnx'}" in str(check)


@pytest.mark.usefixtures("commits")
def test_a_file_that_is_gone_is_found(hub: LocalHub) -> None:
    """huggingface_hub leaves out the repository: what is wrong with it must be told all the same."""
    content = next((hub.home / "hub").glob("models--*/snapshots/*/config.json")).resolve()
    links = [file for file in (hub.home / "hub").rglob("config.json") if file.resolve() == content]
    content.unlink()
    check = hfkit.cache().verify()
    assert not check.sound
    assert {file.resolve() for file in check.damaged} == {content}
    assert len(check.damaged) == len(links)


def test_an_export_without_a_card_has_no_hashes(hub: LocalHub) -> None:
    export = write_export(hub.home, "1" * 40)
    (export / "hfkit-export.json").write_text("[]")
    check = hfkit.cache().verify()
    assert (check.sound, check.unknown, check.verified) == (True, 2, 0)


def test_what_was_not_used_goes_and_what_is_shared_stays(commits: tuple[str, str], hub: LocalHub) -> None:
    first, second = commits
    weights = next((hub.home / "hub").rglob(f"{first}/model.safetensors")).resolve()
    os.utime(weights, (LONG_AGO, LONG_AGO))
    os.utime(next((hub.home / "hub").rglob(f"{first}/.gitattributes")).resolve(), (LONG_AGO, LONG_AGO))
    report = hfkit.cache()
    plan = report.plan_prune(unused_days=30)
    assert [item.revision for item in plan.items] == [first]
    assert plan.freed_bytes == len(b"{}")
    assert str(plan).endswith("2 bytes would be freed; execute() does it")
    assert hfkit.cache() == report  # a plan removes nothing
    left = plan.execute()
    assert [item.revision for item in left.items] == [second]
    assert left.verify().sound
    assert [item.revision for item in plan.execute().items] == [second]


def test_opening_a_model_is_using_it(hub: LocalHub, fake_model: Path) -> None:
    hub.create("org/fake", fake_model)
    classify = hfkit.Classify("org/fake", runtime=hfkit.Runtime(backend="fake")).load()
    (item,) = hfkit.cache().of("org/fake")
    for file in (*item.path.iterdir(), item.path):
        os.utime(file, (LONG_AGO, LONG_AGO))
    assert hfkit.cache().of("org/fake")[0].last_used.timestamp() == LONG_AGO
    assert classify.with_(top_k=1).load().source.revision == item.revision
    assert hfkit.cache().of("org/fake")[0].last_used >= item.last_used


def test_the_longest_unused_go_until_the_rest_fits(commits: tuple[str, str], hub: LocalHub) -> None:
    export = write_export(hub.home, "1" * 40)
    for file in (*export.iterdir(), export):
        os.utime(file, (LONG_AGO, LONG_AGO))
    report = hfkit.cache()
    assert report.plan_prune(most_bytes=report.bytes).items == ()
    plan = report.plan_prune(most_bytes=report.bytes - 1)
    assert [item.kind for item in plan.items] == ["export"]
    left = plan.execute()
    assert left.bytes == report.bytes - plan.freed_bytes
    assert not export.exists()
    assert left.plan_prune(most_bytes=0).execute().bytes == 0
    assert len(commits) == 2


def test_what_a_lock_does_not_have_goes(commits: tuple[str, str], hub: LocalHub, tmp_path: Path) -> None:
    first, second = commits
    lock = hfkit.lock(tmp_path / "lock", models=["org/model"], datasets=["org/reviews"])
    hfkit.Table.load("org/reviews")
    hub.commit("org/reviews", {"train.jsonl": b'{"text": "bad"}\n'}, kind="dataset")
    hfkit.Table.load("org/reviews")
    for revision in (first, second, f"sha256:{'3' * 64}"):
        write_export(hub.home, revision)
    report = hfkit.cache()
    plan = report.plan_prune(lock=lock)
    assert plan == report.plan_prune(lock=lock.path)
    assert sorted((item.kind, item.revision == first) for item in plan.items) == [
        ("dataset", False),
        ("export", True),
        ("model", True),
        ("table", False),
    ]
    left = plan.execute()
    assert left.plan_prune(lock=lock).items == ()
    assert lock.verify().complete
    locked = {one.commit for one in lock.repositories}
    assert not {item.revision for item in left.plan_prune(unused_days=0, lock=lock).items} & locked


def test_a_model_goes_by_its_name(commits: tuple[str, str]) -> None:
    report = hfkit.cache()
    plan = report.plan_prune(names=["org/model"])
    assert {item.revision for item in plan.items} == set(commits)
    assert plan.execute().items == ()


def test_what_would_remove_nothing_on_purpose_is_refused(hub: LocalHub) -> None:
    write_export(hub.home, "1" * 40)
    report = hfkit.cache()
    with pytest.raises(errors.SettingError, match="nothing says what to remove"):
        report.plan_prune()
    with pytest.raises(errors.SettingError, match="unused_days is -1, must be 0 to 36,500"):
        report.plan_prune(unused_days=-1)
    with pytest.raises(errors.SettingError, match="most_bytes"):
        report.plan_prune(most_bytes=-1)
    with pytest.raises(errors.SettingError, match="names is 'org/model', must be a list of names"):
        report.plan_prune(names="org/model")
    with pytest.raises(errors.SettingError, match="the cache holds nothing of 'org/modle'") as caught:
        report.plan_prune(names=["org/modle"])
    assert "org/model" in caught.value.hint
    with pytest.raises(errors.LockError):
        report.plan_prune(lock="none")


def test_what_huggingface_hub_cannot_read_is_a_fault(hub: LocalHub) -> None:
    (hub.home / "hub" / "models--org--odd").mkdir(parents=True)
    report = hfkit.cache()
    assert report.items == ()
    assert "fault: Snapshots dir doesn't exist in cached repo: " in str(report)


def test_a_download_that_broke_off_is_counted(commits: tuple[str, str], hub: LocalHub) -> None:
    folder = next((hub.home / "hub").glob("models--*")) / "blobs"
    (folder / "abc.incomplete").write_bytes(b"x" * 2048)
    report = hfkit.cache()
    assert report.interrupted_bytes == 2048
    assert "2.0 KiB of downloads that broke off" in str(report)
    assert len(commits) == 2


def test_what_a_killed_process_left_goes_with_the_next(hub: LocalHub) -> None:
    write_export(hub.home, "1" * 40)
    left = hub.home / "hfkit" / ".hfkit-removed-1" / "removed"
    left.mkdir(parents=True)
    plan = hfkit.cache().plan_prune(unused_days=0)
    assert [item.kind for item in plan.items] == ["export"]
    plan.execute()
    assert not left.parent.exists()


@pytest.mark.usefixtures("commits")
def test_a_plan_for_other_caches_removes_nothing(hub: LocalHub) -> None:
    export = write_export(hub.home, "1" * 40)
    plan = hfkit.cache().plan_prune(unused_days=0)
    assert len(plan.items) == 3
    with LocalHub() as other, other.here(), pytest.raises(errors.HubError, match="is still there"):
        plan.execute()
    assert export.is_dir()
    assert len(hfkit.cache().items) == 3


def test_what_cannot_be_removed_is_told(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    write_export(hub.home, "1" * 40)

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(f"{self.name} to {target.name}")

    plan = hfkit.cache().plan_prune(unused_days=0)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(errors.HubError, match="the cache cannot be pruned: text-generation to removed"):
        plan.execute()


@pytest.mark.parametrize(
    "wrong", [{"unused_days": "3"}, {"unused_days": 10**12}, {"names": None}, {"names": [3]}, {"lock": 3}]
)
def test_what_is_no_criterion_is_refused(hub: LocalHub, wrong: dict[str, object]) -> None:
    with hub.here(), pytest.raises(errors.SettingError):
        hfkit.cache().plan_prune(**wrong)  # type: ignore[arg-type]
