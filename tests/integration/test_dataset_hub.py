"""Datasets from a hub: pinned, cached, offline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import datasets
import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi, HfFileSystem

from hfkit import Splits, Table, errors
from hfkit.testing import LocalHub, RequestMatch

if TYPE_CHECKING:
    from pathlib import Path


NOBODY = "http://127.0.0.1:9"  # the discard port
NEXT = "fedcba9876543210fedcba9876543210fedcba98"


@pytest.fixture
def hub(local_hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalHub:
    files = {
        "README.md": b"# Reviews",
        "train.jsonl": b'{"text": "good", "label": 1}\n{"text": "bad", "label": 0}\n',
        "test.jsonl": b'{"text": "fine", "label": 1}\n',
    }
    local_hub.create("org/reviews", files, kind="dataset")
    api = HfApi(endpoint=local_hub.endpoint, token=local_hub.token)
    api.create_tag("org/reviews", tag="v1", repo_type="dataset")
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", local_hub.endpoint)
    monkeypatch.setattr(datasets.config, "HF_UPDATE_DOWNLOAD_COUNTS", False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "hfkit"))
    HfFileSystem.clear_instance_cache()
    local_hub.forget_requests()
    return local_hub


@pytest.fixture
def commit(hub: LocalHub) -> str:
    return hub.repository("org/reviews", kind="dataset").branches["main"]


@pytest.mark.parametrize("name", ["org/reviews", "org/reviews@main", "org/reviews@v1", "org/reviews@{}"])
def test_a_dataset_is_loaded_at_a_commit(
    hub: LocalHub, commit: str, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    name = name.format(commit)
    splits = Splits.load(name)
    assert list(splits.train) == [{"text": "good", "label": 1}, {"text": "bad", "label": 0}]
    assert list(Table.load(name, split="test")) == [{"text": "fine", "label": 1}]
    assert splits.train.notes == (f"from dataset org/reviews@{commit}",)
    assert capfd.readouterr() == ("", "")
    hub.forget_requests()
    assert Splits.load(f"org/reviews@{commit}", offline=True) == splits
    assert (
        Splits.load(f"org/reviews@{commit}") == splits
    )  # what is pinned and cached is never asked for again
    assert hub.requests == ()


@pytest.mark.usefixtures("hub")
def test_without_network_the_cache_must_do(monkeypatch: pytest.MonkeyPatch) -> None:
    splits = Splits.load("org/reviews")
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", NOBODY)
    assert Splits.load("org/reviews") == splits
    assert Splits.load("org/reviews", offline=True) == splits
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert Splits.load("org/reviews") == splits


@pytest.mark.usefixtures("hub")
def test_another_commit_than_the_one_that_is_cached_is_not_taken_for_it() -> None:
    """Datasets alone gives the latest that it has, with a warning."""
    Splits.load("org/reviews")
    with pytest.raises(errors.OfflineError) as caught:
        Splits.load(f"org/reviews@{NEXT}", offline=True)
    assert caught.value.message == (
        f"dataset org/reviews@{NEXT} was not loaded before, and the network is off (offline=True or HF_HUB_OFFLINE)"
    )


@pytest.mark.usefixtures("hub")
def test_without_network_and_cache_it_is_offline_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", NOBODY)
    begin = time.monotonic()
    with pytest.raises(errors.OfflineError) as caught:
        Table.load("org/reviews")
    assert time.monotonic() - begin < 5  # a second, with room for a busy machine
    assert (
        f"'org/reviews' is no file here, was not loaded before, and {NOBODY} cannot be"
        in caught.value.message
    )


def test_offline_asks_nobody(hub: LocalHub) -> None:
    with pytest.raises(errors.OfflineError, match=r"the network is off \(offline=True or HF_HUB_OFFLINE\)"):
        Table.load("org/reviews", offline=True)
    assert hub.requests == ()


@pytest.mark.usefixtures("hub")
def test_what_the_hub_does_not_have_is_not_found() -> None:
    with pytest.raises(errors.DataNotFoundError) as caught:
        Table.load("org/other")
    assert caught.value.message == (
        "'org/other' is no file here, and the hub has no dataset of that name that you may see"
    )
    with pytest.raises(errors.UnknownRevisionError) as revision:
        Table.load("org/reviews@v9")
    assert revision.value.message == "dataset 'org/reviews' has no revision 'v9'"
    with pytest.raises(errors.UnknownSplitError) as unknown:
        Table.load("org/reviews", split="dev")
    assert unknown.value.message == "'org/reviews' has no split 'dev'; there are 'train', 'test'"
    with pytest.raises(errors.DataNotFoundError) as part:
        Table.load("org/reviews", config="german")
    assert part.value.message.startswith("dataset 'org/reviews' cannot be loaded with config='german'")
    assert part.value.hint == "name one of its parts: config='...'"


def test_a_dataset_of_several_formats_is_told(hub: LocalHub) -> None:
    files = {"train.csv": b"text\na\n", "test.jsonl": b'{"text": "b"}\n'}
    hub.create("org/mixed", files, kind="dataset")
    with pytest.raises(errors.DataNotFoundError, match="the same data file format") as caught:
        Table.load("org/mixed", split="train")
    assert caught.value.hint == "fetch its files, and load them one by one"


def test_a_dataset_that_cannot_be_read_is_told(hub: LocalHub, capfd: pytest.CaptureFixture[str]) -> None:
    broken = hub.commit("org/reviews", {"test.jsonl": b'{"text": \n'}, kind="dataset")
    commit = broken.branches["main"]
    with pytest.raises(errors.CorruptDataError, match=f"dataset org/reviews@{commit} cannot be read: "):
        Table.load("org/reviews")
    assert capfd.readouterr() == ("", "")


def test_a_repository_without_examples_is_told(hub: LocalHub) -> None:
    hub.create("org/empty", {"README.md": b"# Nothing yet"}, kind="dataset")
    with pytest.raises(errors.DataNotFoundError, match="holds no files that can be loaded"):
        Table.load("org/empty")


@pytest.mark.usefixtures("hub")
def test_what_breaks_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ConnectionResetError("reset by peer")

    monkeypatch.setattr(datasets, "load_dataset_builder", fail)
    with pytest.raises(errors.HubError) as caught:
        Table.load("org/reviews")
    assert caught.value.message == "the hub did not give dataset 'org/reviews' as a whole: reset by peer"


def test_a_hub_that_refuses_is_told(hub: LocalHub) -> None:
    hub.fail(RequestMatch(), status=403, times=99)
    with pytest.raises(errors.AccessError, match="the hub does not let you read dataset 'org/reviews': "):
        Table.load("org/reviews")


@pytest.mark.usefixtures("hub")
def test_a_name_that_the_hub_does_not_allow_is_refused() -> None:
    with pytest.raises(errors.SettingError, match=r"'org/-' is no file here and no name that the hub allows"):
        Table.load("org/-")


@pytest.mark.usefixtures("hub")
def test_a_dataset_is_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Table.stream("org/reviews", split="train")
    assert list(stream) == [{"text": "good", "label": 1}, {"text": "bad", "label": 0}]
    with pytest.raises(errors.SplitError, match="holds the splits 'train', 'test', and none was named"):
        Table.stream("org/reviews")
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", NOBODY)
    with pytest.raises(errors.OfflineError, match="cannot be streamed: http://127"):
        Table.stream("org/reviews", split="train")


@pytest.mark.parametrize(
    ("files", "columns"),
    [
        ({"train.csv": b"text,label\n"}, ("text", "label")),
        ({"train.json": b"[]"}, ()),
    ],
)
def test_a_dataset_without_rows_is_a_table_without_rows(
    files: dict[str, bytes], columns: tuple[str, ...], hub: LocalHub
) -> None:
    """As a file without rows is, the second time too, when it lies in the cache."""
    hub.create("org/empty", files, kind="dataset")
    for _ in range(2):
        table = Table.load("org/empty")
        assert (len(table), table.columns) == (0, columns)
    assert not list(Table.stream("org/empty"))


def test_a_split_without_rows_keeps_nobody_from_the_others(hub: LocalHub) -> None:
    hub.create("org/half", {"train.csv": b"text,label\na,b\n", "test.csv": b"text,label\n"}, kind="dataset")
    for _ in range(2):
        splits = Splits.load("org/half")
        assert (len(splits.train), len(splits["test"])) == (1, 0)
        assert splits["test"].columns == ("text", "label")


def test_empty_files_are_told(hub: LocalHub) -> None:
    commit = hub.create("org/nothing", {"train.jsonl": b""}, kind="dataset").branches["main"]
    for load in (Table.load, Table.stream, Splits.load):
        with pytest.raises(errors.CorruptDataError) as caught:
            load("org/nothing")
        assert caught.value.message == f"dataset org/nothing@{commit} cannot be read: its files are empty"
        assert caught.value.hint == "name another revision, or one of its other parts: config='...'"
