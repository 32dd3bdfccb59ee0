from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from hfkit.testing.local_hub.answering import _PARTS
from hfkit.testing.local_hub.exchange import HubQuestion, answer_page, read_objects, read_text
from hfkit.testing.local_hub.faults import DropConnection, FailWith, FaultPlan, RequestMatch
from hfkit.testing.local_hub.history import DeleteFile, PutFile, apply_changes
from hfkit.testing.local_hub.hub_files import GIT_ATTRIBUTES, HubFile, upload_mode
from hfkit.testing.local_hub.refusal import HubRefusedError
from hfkit.testing.local_hub.repositories import HubRepository
from hfkit.testing.local_hub.signing_in import HubLogins
from hfkit.testing.local_hub.state import HubState, MovedError
from hfkit.testing.local_hub.steps import HubStep, find_step
from hfkit.testing.local_hub.visitors import HubTokens, Visitor

DATE = datetime(2026, 1, 1, tzinfo=UTC)
ATTRIBUTES = {".gitattributes": HubFile.of(GIT_ATTRIBUTES)}


@pytest.fixture
def repository() -> HubRepository:
    return HubRepository.new("org/name", author="tester", date=DATE)


def test_a_pointer_stands_for_a_large_file() -> None:
    file = HubFile.of(b"weights", lfs=True)
    assert (file.size, file.etag, file.pointer_size) == (7, file.sha256, 126)
    assert file.oid != HubFile.of(b"weights").oid == HubFile.of(b"weights").etag


@pytest.mark.parametrize(
    ("path", "size", "mode"),
    [
        ("model.safetensors", 1, "lfs"),
        ("deep/in/data.parquet", 1, "lfs"),
        ("config.json", 1, "regular"),
        ("vocab.txt", 10 * 2**20, "regular"),
        ("vocab.txt", 10 * 2**20 + 1, "lfs"),
    ],
)
def test_names_and_sizes_say_how_a_file_is_uploaded(path: str, size: int, mode: str) -> None:
    assert upload_mode(path, size, ATTRIBUTES) == mode


def test_without_attributes_the_size_alone_counts() -> None:
    assert upload_mode("model.safetensors", 1, {}) == "regular"
    own = {".gitattributes": HubFile.of(b"data/*.txt filter=lfs\n*.md text\n")}
    assert [upload_mode(path, 1, own) for path in ("data/a.txt", "a.txt", "a.md")] == [
        "lfs",
        "regular",
        "regular",
    ]


@pytest.mark.parametrize("path", ["", "/a", "a//b", "../a", "a/./b", ".git/config", "a/"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(HubRefusedError, match="Invalid file path"):
        apply_changes({}, [PutFile(path, HubFile.of(b""))])


@pytest.mark.parametrize(("there", "path"), [("a", "a/b"), ("a/b", "a")])
def test_a_path_is_a_file_or_a_folder(there: str, path: str) -> None:
    with pytest.raises(HubRefusedError, match="a file in one place and a folder in another"):
        apply_changes({there: HubFile.of(b"")}, [PutFile(path, HubFile.of(b""))])
    moved = apply_changes({there: HubFile.of(b"")}, [DeleteFile(there), PutFile(path, HubFile.of(b""))])
    assert list(moved) == [path]


def test_a_commit_follows_the_parent_that_it_names(repository: HubRepository) -> None:
    first = repository.commit().id
    steps = [PutFile("a", HubFile.of(b"a"))]
    second = repository.with_commit(steps, parent=first, title="t", author="x", date=DATE)
    with pytest.raises(HubRefusedError) as caught:
        second.with_commit(steps, parent=first, title="t", author="x", date=DATE)
    assert caught.value.refusal == "stale-parent"
    with pytest.raises(HubRefusedError) as caught:
        second.with_pull_request(steps, parent=first, title="t", author="x", date=DATE)
    assert caught.value.refusal == "stale-parent"
    with pytest.raises(HubRefusedError) as caught:
        second.with_commit(steps, revision="dev", title="t", author="x", date=DATE)
    assert caught.value.refusal == "no-revision"


def test_the_last_change_of_a_path(repository: HubRepository) -> None:
    for path, title in (("f/a", "one"), ("g", "two"), ("f/b", "three")):
        repository = repository.with_commit(
            [PutFile(path, HubFile.of(title.encode()))], title=title, author="x", date=DATE
        )
    found = {
        path: repository.last_change(path).title for path in ("f/a", "f/b", "f", "g", ".gitattributes", "")
    }
    assert found == {
        "f/a": "one",
        "f/b": "three",
        "f": "three",
        "g": "two",
        ".gitattributes": "initial commit",
        "": "three",
    }


def test_what_is_not_there_cannot_be_deleted(repository: HubRepository) -> None:
    with pytest.raises(HubRefusedError) as caught:
        repository.without_branch("dev")
    assert caught.value.refusal == "no-revision"
    with pytest.raises(HubRefusedError) as caught:
        repository.without_tag("v1")
    assert caught.value.refusal == "no-revision"
    with pytest.raises(HubRefusedError) as caught:
        repository.with_merge(1, author="x", date=DATE)
    assert caught.value.refusal == "no-entry"


def test_every_step_but_the_unknown_has_its_part() -> None:
    assert {*_PARTS} == {*get_args(HubStep)} - {"unknown"}


@pytest.mark.parametrize(
    ("method", "path", "step", "place"),
    [
        ("GET", "/api/whoami-v2", "whoami", {"kind": "model"}),
        (
            "GET",
            "/api/datasets/o/n/revision/a%2Fb",
            "info",
            {"kind": "dataset", "name": "o/n", "revision": "a/b"},
        ),
        ("GET", "/api/spaces/o/n/tree/main", "tree", {"kind": "space", "name": "o/n", "revision": "main"}),
        (
            "HEAD",
            "/datasets/o/n/resolve/refs/pr/3/d/a%20b.txt",
            "resolve",
            {"kind": "dataset", "name": "o/n", "revision": "refs/pr/3", "path": "d/a b.txt"},
        ),
        ("POST", "/o/n.git/info/lfs/objects/batch", "lfs-batch", {"kind": "model", "name": "o/n"}),
        ("PUT", "/api/models/o/n", "unknown", {}),
        ("GET", "/o/n/blob/main/a", "unknown", {}),
    ],
)
def test_a_request_is_named(method: str, path: str, step: str, place: dict[str, str]) -> None:
    assert find_step(method, path) == (step, place)


def test_faults_happen_once_each_and_in_order() -> None:
    plan = FaultPlan()
    plan.add(FailWith(503), "commit", 2)
    plan.add(DropConnection(), RequestMatch("POST", "/api/*"), 1)
    taken = [plan.take("commit", "POST", "/api/models/o/n/commit/main") for _ in range(4)]
    assert taken == [FailWith(503), FailWith(503), DropConnection(), None]
    assert plan.waiting == 0
    plan.add(FailWith(500), RequestMatch(path="/o/*"), 1)
    assert plan.take("info", "GET", "/api/models/o/n") is None
    assert plan.take("resolve", "GET", "/o/n/resolve/main/a") == FailWith(500)


def test_a_list_is_cut_into_pages_that_lead_to_one_another() -> None:
    question = HubQuestion("GET", "/api/list", {"recursive": "true"}, {"host": "127.0.0.1:1"}, b"")
    first = answer_page(["a", "b", "c"], question, size=2)
    assert (first.body, first.headers["Link"]) == (
        b'["a", "b"]',
        '<http://127.0.0.1:1/api/list?recursive=true&cursor=2>; rel="next"',
    )
    last = answer_page(["a", "b", "c"], replace(question, query={"cursor": "2"}), size=2)
    assert (last.body, "Link" in last.headers) == (b'["c"]', False)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{}\n"a"'])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(HubRefusedError) as caught:
        read_objects(body)
    assert caught.value.refusal == "bad-request"
    with pytest.raises(HubRefusedError, match="'name' must be a text"):
        read_text({"name": 1}, "name")


def test_a_token_is_no_ones_but_its_hubs() -> None:
    mine, other = HubTokens(), HubTokens()
    assert mine.visitor(f"Bearer {mine.reader}") == Visitor("reader")
    assert mine.visitor(None) == Visitor("anonymous")
    with pytest.raises(HubRefusedError) as caught:
        mine.visitor(f"Bearer {other.writer}")
    assert caught.value.refusal == "bad-token"
    assert mine.writer not in repr(mine)


def test_a_moved_repository_tells_its_name(repository: HubRepository) -> None:
    state = HubState(page=10, logins=HubLogins(""))
    state.add(repository)
    state.move(repository, replace(repository, name="org/other"))
    with pytest.raises(MovedError) as caught:
        state.see(Visitor("writer"), {"kind": "model", "name": "org/name"})
    assert caught.value.name == "org/other"
    state.add(repository)  # the old name is free again
    assert state.see(Visitor("anonymous"), {"kind": "model", "name": "org/name"}) == repository
