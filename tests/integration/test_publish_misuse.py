"""Publish in the hands of somebody who does it wrong, or whose folder or hub is not as they think."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import HfApi

import hfkit
from hfkit.errors import (
    AccessError,
    DataNotFoundError,
    MovedRepositoryError,
    OfflineError,
    OvertakenError,
    RefusedFolderError,
    SettingError,
    TokenError,
    UnknownRevisionError,
)
from hfkit.jobs.publishing import committing
from hfkit.jobs.publishing.planning import Planned
from hfkit.testing import LocalHub

NAME = "org/rows"

pytestmark = pytest.mark.usefixtures("quick_retries")


@pytest.fixture
def publish(hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> hfkit.Publish:
    monkeypatch.setenv("HF_TOKEN", hub.token)
    return hfkit.Publish(NAME, kind="dataset", endpoint=hub.endpoint, write_card=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "rows"
    made.mkdir()
    (made / "a.csv").write_text("text,label\na lovely room,praise\n")
    return made


def files(hub: LocalHub) -> set[str]:
    return set(hub.repository(NAME, kind="dataset").files()) - {".gitattributes"}


@pytest.mark.parametrize("given", [None, 3, b"rows", "", ["rows"]])
def test_what_names_no_folder_is_refused(publish: hfkit.Publish, given: object) -> None:
    with pytest.raises(SettingError, match="names no folder"):
        publish.plan(given)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="names no folder"):
        publish(given)  # type: ignore[arg-type]


def test_a_linked_folder_arrives(hub: LocalHub, publish: hfkit.Publish, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ü 日本 %20#?.csv").write_text("a")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    publish(folder)
    assert files(hub) == {"a.csv", "linked/ü 日本 %20#?.csv"}


@pytest.mark.parametrize("name", ["b.csv", "b.parquet"])
def test_a_file_that_changes_while_it_is_published_is_not(
    hub: LocalHub, publish: hfkit.Publish, folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / name).write_text("first")
    make = committing._operations

    def late(planned: Planned) -> object:
        if (folder / name).read_text() == "other":
            (folder / name).unlink()
        else:
            (folder / name).write_text("other")
        return make(planned)

    monkeypatch.setattr(committing, "_operations", late)
    for _ in ("another", "none"):
        with pytest.raises(OvertakenError, match="the folder has changed"):
            publish(folder)
    with pytest.raises(DataNotFoundError):
        hub.repository(NAME, kind="dataset")


def test_what_gitignore_names_is_told_before_anything_is_sent(
    hub: LocalHub, publish: hfkit.Publish, folder: Path
) -> None:
    publish(folder)
    (folder / ".gitignore").write_text("*.log\n/made/\n")
    (folder / "made").mkdir()
    for name in ("run.log", "made/b.parquet"):
        (folder / name).write_text("x")
    with pytest.raises(RefusedFolderError, match=r"\.gitignore names made/b\.parquet and 1 other") as caught:
        publish(folder)
    assert caught.value.plan is not None
    assert files(hub) == {"a.csv"}
    publish.with_(ignore=("*.log", "made/"))(folder)
    assert files(hub) == {"a.csv", ".gitignore"}


def test_a_tag_is_moved_where_that_is_accepted(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> None:
    first = publish.with_(tag="v1")(folder)
    (folder / "b.csv").write_text("x")
    with pytest.raises(RefusedFolderError, match="the tag 'v1' is there already"):
        publish.with_(tag="v1")(folder)
    second = publish.with_(tag="v1", accept=("moved_tag",))(folder)
    assert hub.repository(NAME, kind="dataset").tags["v1"] == second.commit != first.commit


def test_a_pull_request_to_a_new_repository_is_opened_once(publish: hfkit.Publish, folder: Path) -> None:
    proposing = publish.with_(pull_request=True)
    first = proposing(folder)
    again = proposing(folder)
    assert first.pull_request == again.pull_request == 1
    assert first.commit == again.commit


def test_a_branch_of_a_new_repository_is_told_before_it_is_made(
    hub: LocalHub, publish: hfkit.Publish, folder: Path
) -> None:
    with pytest.raises(UnknownRevisionError, match="has no branch 'next'"):
        publish.with_(branch="next")(folder)
    assert not [request for request in hub.requests if request.method != "GET"]


def test_a_repository_that_was_renamed_is_told(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> None:
    publish(folder)
    HfApi(endpoint=hub.endpoint, token=hub.token).move_repo(NAME, "org/renamed", repo_type="dataset")
    with pytest.raises(MovedRepositoryError, match="is called 'org/renamed' now") as caught:
        publish.plan(folder)
    assert caught.value.new_name == "org/renamed"


def test_a_card_that_the_hub_refuses_is_told(hub: LocalHub, publish: hfkit.Publish, folder: Path) -> None:
    (folder / "README.md").write_text("---\nlicense: [\n---\n")
    with pytest.raises(RefusedFolderError, match="README") as caught:
        publish(folder)
    assert "accept" not in caught.value.hint
    with pytest.raises(SettingError, match="which no hub accepts"):
        publish.with_(accept=("invalid_card",))
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    hub.fail("validate-yaml", status=400)
    with pytest.raises(hfkit.errors.HubError, match="with status 400"):
        publish(folder)


def test_what_is_accepted_as_unusable_is_published(
    hub: LocalHub, publish: hfkit.Publish, folder: Path
) -> None:
    (folder / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    configuring = publish.with_(kind="model")
    with pytest.raises(RefusedFolderError, match=r"there are no weights, .* and 1 more error"):
        configuring(folder)
    done = configuring.with_(accept=("no_weights", "no_tokenizer"))(folder)
    assert done.verified == hfkit.Verification(files=2, bytes=done.bytes)
    assert "config.json" in hub.repository(NAME).files()


def test_each_token_has_its_error(
    hub: LocalHub, publish: hfkit.Publish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token, kind in (
        (hub.read_token, AccessError),
        (hub.stranger_token, AccessError),
        ("hf_" + "x" * 34, TokenError),
        ("hf_é", TokenError),
        ("", TokenError),
    ):
        monkeypatch.setenv("HF_TOKEN", token)
        with pytest.raises(kind) as caught:
            publish(folder)
        assert type(caught.value) is kind
        assert not token or token not in str(caught.value)


def test_a_card_that_was_not_taken_is_told_by_the_result(publish: hfkit.Publish, folder: Path) -> None:
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# First\n")
    assert publish(folder).findings == ()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# Second\n")
    done = publish(folder)
    assert [one.kind for one in done.findings] == ["other_readme"]
    assert "warning   the folder has another README.md" in str(done)
    assert "# Second" in (publish.with_(readme="folder")(folder).card or "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_a_secret_is_found_however_it_is_written(publish: hfkit.Publish, folder: Path, encoding: str) -> None:
    (folder / "a.json").write_text('{"a": [{"token": "hf_' + "aB3" * 12 + '"}]}', encoding=encoding)
    with pytest.raises(RefusedFolderError, match=r"a\.json holds a Hugging Face token in line 1"):
        publish(folder)


def test_a_hub_that_is_switched_off_is_told_before_the_folder_is_read(
    publish: hfkit.Publish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("hfkit.jobs.publishing.planning.read_folder", pytest.fail)
    with pytest.raises(OfflineError, match="is not asked: HF_HUB_OFFLINE is set"):
        publish.plan(folder)


WITHOUT_DATASETS = """
import sys
sys.modules["datasets"] = None
import hfkit
done = hfkit.Publish("org/rows", kind="dataset", license="mit")("rows")
print(done.verified)
"""


def test_to_publish_takes_no_datasets(hub: LocalHub, tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "rows.csv").write_text("text\na\n")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DATASETS],
        env=os.environ | hub.environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 files, ")
