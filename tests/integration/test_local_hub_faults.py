"""What goes wrong at hfkit.testing.LocalHub, on purpose and by mistake, as the real client meets it."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING

import httpx2
import pytest
from huggingface_hub import CommitOperationAdd, HfApi, errors

import hfkit.errors
from hfkit.testing import LocalHub, RequestMatch

from .conftest import REPO, files, put

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:Use 'content=:DeprecationWarning"
    ),  # huggingface_hub's own use of httpx2
    pytest.mark.usefixtures("quick_retries"),
]


def test_of_commits_on_one_parent_one_wins(hub: LocalHub, api: HfApi) -> None:
    parent = hub.repository(REPO).branches["main"]

    def commit(number: int) -> int:
        try:
            api.create_commit(
                REPO, [put(f"{number}.txt", b"")], commit_message=f"{number}", parent_commit=parent
            )
        except errors.HfHubHTTPError as error:
            return error.response.status_code
        return 200

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(commit, range(4))) == [200, 412, 412, 412]
    assert len(files(hub)) == 1


@pytest.mark.parametrize("length", ["Content-Length: 500", "Transfer-Encoding: chunked"])
def test_a_request_that_stops_midway_is_none(
    hub: LocalHub, api: HfApi, length: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A client that is killed while it sends has committed nothing."""
    assert api.repo_exists(REPO)
    lines = b'{"key":"header","value":{"summary":"s"}}\n{"key":"file","value":{"path":"a","content":""}}\n'
    head = f"POST /api/models/{REPO}/commit/main HTTP/1.1\r\nAuthorization: Bearer {hub.token}\r\n{length}\r\n\r\n"
    before = len(hub.requests)
    with socket.create_connection(("127.0.0.1", int(hub.endpoint.rpartition(":")[2]))) as client:
        chunk = b"%x\r\n" % len(lines) + lines + b"\r\n" if "chunked" in length else lines
        client.sendall(head.encode() + chunk)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    assert len(hub.requests) == before
    assert files(hub) == {}
    assert capfd.readouterr().err == ""


def test_a_file_may_come_in_chunks(hub: LocalHub, api: HfApi) -> None:
    api.upload_file(path_or_fileobj=b"a", path_in_repo="a.txt", repo_id=REPO)
    lines = [
        b'{"key":"header","value":{"summary":"s"}}\n',
        b'{"key":"deletedFile","value":{"path":"a.txt"}}\n',
    ]
    answer = httpx2.post(
        f"{hub.endpoint}/api/models/{REPO}/commit/main",
        headers={"Authorization": f"Bearer {hub.token}"},
        content=iter(lines),
    )
    assert answer.status_code == 200
    assert files(hub) == {}


def test_a_large_file_with_a_wrong_hash_is_refused(hub: LocalHub, api: HfApi, tmp_path: Path) -> None:
    before = hub.repository(REPO)
    large = tmp_path / "large.bin"
    large.write_bytes(b"\x01" * (30 * 2**20))
    operation = CommitOperationAdd("large.bin", large)
    operation.upload_info.sha256 = bytes(32)
    with pytest.raises(RuntimeError, match=r"Error while uploading 'large\.bin'") as caught:
        api.create_commit(REPO, [operation], commit_message="Large")
    assert "The bytes that came are not those of sha256 0000" in str(caught.value.__cause__)
    assert hub.repository(REPO) == before
    done = api.upload_file(path_or_fileobj=large, path_in_repo="large.bin", repo_id=REPO)
    assert hub.repository(REPO).files(done.oid)["large.bin"] == large.read_bytes()


def test_a_commit_needs_its_objects(hub: LocalHub) -> None:
    hub.create(REPO)
    line = '{"key":"lfsFile","value":{"path":"w.bin","algo":"sha256","oid":"00","size":1}}'
    answer = httpx2.post(
        f"{hub.endpoint}/api/models/{REPO}/commit/main",
        headers={"Authorization": f"Bearer {hub.token}"},
        content=f'{{"key":"header","value":{{"summary":"s"}}}}\n{line}\n',
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == "The LFS object 00 of 'w.bin' was not uploaded"
    assert len(hub.repository(REPO).commits) == 1


HEADER = '{"key":"header","value":{"summary":"s"}}'


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("commit/main", '{"key":"header"}', "A line of a commit has a 'key' and a 'value'"),
        ("commit/main", f'{HEADER}\n{{"key":"rename","value":{{"path":"a"}}}}', "Commits know no 'rename'"),
        (
            "commit/main",
            f'{HEADER}\n{{"key":"file","value":{{"path":"a","content":"*"}}}}',
            "The content of 'a' is not base64",
        ),
        (
            "commit/main",
            f'{HEADER}\n{{"key":"lfsFile","value":{{"path":"a","oid":"{sha256(b"a").hexdigest()}","size":2}}}}',
            "'a' has 1 bytes, not as told",
        ),
        ("preupload/main", '{"files":"a"}', "'files' must be a list"),
        ("preupload/main", '{"files":[{"path":"a"}]}', "'size' must be a number of bytes"),
        ("discussions", '{"title":"Hello"}', "This hub knows pull requests, no other discussions"),
    ],
)
def test_what_is_not_a_request_is_refused(hub: LocalHub, path: str, body: str, message: str) -> None:
    before = hub.create(REPO, {"w.bin": b"a"})
    headers = {"Authorization": f"Bearer {hub.token}"}
    answer = httpx2.post(f"{hub.endpoint}/api/models/{REPO}/{path}", headers=headers, content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, message)
    assert hub.repository(REPO) == before


def test_what_is_uploaded_must_be_what_was_told(hub: LocalHub) -> None:
    before = hub.create(REPO)
    headers = {"Authorization": f"Bearer {hub.token}"}
    place = f"{hub.endpoint}/{REPO}.git/info/lfs/objects"
    told = {"oid": sha256(b"a").hexdigest(), "size": 1}
    batch = httpx2.post(f"{place}/batch", headers=headers, json={"objects": [told]}).json()
    actions = batch["objects"][0]["actions"]
    assert httpx2.put(actions["upload"]["href"], content=b"aa").json()["error"] == "2 bytes came, 1 were told"
    assert httpx2.post(actions["verify"]["href"], headers=headers, json=told).status_code == 400
    assert hub.repository(REPO) == before
    assert httpx2.put(actions["upload"]["href"], content=b"a").status_code == 200
    assert httpx2.post(actions["verify"]["href"], headers=headers, json=told).status_code == 200


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_of_failure(hub: LocalHub, api: HfApi, status: int) -> None:
    hub.fail("preupload", status=status, times=2)  # the client tries again
    api.upload_file(path_or_fileobj=b"a", path_in_repo="a.txt", repo_id=REPO)
    assert [request.status for request in hub.requests if request.step == "preupload"] == [
        status,
        status,
        200,
    ]
    hub.fail("commit", status=status)  # the client does not
    with pytest.raises(errors.HfHubHTTPError) as caught:
        api.upload_file(path_or_fileobj=b"b", path_in_repo="a.txt", repo_id=REPO)
    assert caught.value.response.status_code == status
    assert files(hub) == {"a.txt": b"a"}
    assert hub.faults_to_come == 0


def test_a_limit_of_requests_says_when_to_come_back(
    hub: LocalHub, api: HfApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", slept.append)
    hub.fail("preupload", status=429, retry_after=7)
    api.upload_file(path_or_fileobj=b"a", path_in_repo="a.txt", repo_id=REPO)
    assert slept == [8.0]  # the client adds a second
    hub.fail("info", status=429, retry_after=7)
    with pytest.raises(errors.HfHubHTTPError, match="Retry after 7 seconds"):
        api.model_info(REPO)


def test_a_connection_that_drops_did_nothing_and_one_that_is_cut_did_it(hub: LocalHub, api: HfApi) -> None:
    hub.drop("commit")
    with pytest.raises(httpx2.RemoteProtocolError):
        api.upload_file(path_or_fileobj=b"a", path_in_repo="a.txt", repo_id=REPO)
    assert files(hub) == {}
    assert hub.requests[-1].status is None
    hub.cut("commit", after=10_000)  # the last byte is kept back
    with pytest.raises(httpx2.RemoteProtocolError):
        api.upload_file(path_or_fileobj=b"a", path_in_repo="a.txt", repo_id=REPO)
    assert files(hub) == {"a.txt": b"a"}


def test_a_download_that_is_cut_goes_on_where_it_stopped(hub: LocalHub, api: HfApi, tmp_path: Path) -> None:
    content = os.urandom(11 * 2**20)  # the client keeps what came in pieces of 10 MiB
    api.upload_file(path_or_fileobj=content, path_in_repo="w.bin", repo_id=REPO)
    hub.forget_requests()
    hub.cut(RequestMatch("GET", "/storage/*"), after=21 * 2**19)
    file = api.hf_hub_download(REPO, "w.bin", cache_dir=tmp_path)
    assert (tmp_path / file).read_bytes() == content
    assert [request.status for request in hub.requests if request.method == "GET"] == [200, 206]


def test_a_slow_answer(hub: LocalHub, api: HfApi) -> None:
    api.upload_file(path_or_fileobj=b"a", path_in_repo="a.txt", repo_id=REPO)
    hub.slow("info", seconds=30)
    with pytest.raises(httpx2.ReadTimeout):
        api.model_info(REPO, timeout=0.2)
    hub.slow("info", seconds=0.01)
    assert api.model_info(REPO).id == REPO


def test_somebody_else_commits_first(hub: LocalHub, api: HfApi) -> None:
    parent = hub.repository(REPO).branches["main"]
    hub.overtake()
    with pytest.raises(errors.HfHubHTTPError, match="A commit has happened since") as caught:
        api.create_commit(REPO, [put("a.txt", b"a")], commit_message="Mine", parent_commit=parent)
    assert caught.value.response.status_code == 412
    assert list(files(hub)) == ["OVERTAKEN.md"]
    hub.overtake("whoami")  # it names no repository: there is nothing to overtake
    assert api.whoami()["name"] == "tester"
    hub.overtake()
    api.create_commit(
        REPO, [put("a.txt", b"a")], commit_message="Mine"
    )  # with no parent named, both are there
    assert sorted(files(hub)) == ["OVERTAKEN.md", "a.txt"]
    assert [commit.author for commit in hub.repository(REPO).commits] == [
        "tester",
        "somebody",
        "somebody",
        "tester",
    ]


def test_a_hub_tells_what_it_cannot_do(hub: LocalHub) -> None:
    with pytest.raises(hfkit.errors.SettingError, match="where='push' is no step of a hub"):
        hub.fail("push")  # type: ignore[arg-type]
    with pytest.raises(hfkit.errors.SettingError, match="times=0 must be 1 or more"):
        hub.fail("commit", times=0)
    with pytest.raises(hfkit.errors.SettingError, match="page=0 must be 1 or more"):
        LocalHub(page=0)
    with pytest.raises(hfkit.errors.SessionClosedError, match="the hub is not open"):
        _ = LocalHub().endpoint
    hub.create(REPO)
    with pytest.raises(hfkit.errors.SettingError, match="already created"):
        hub.create(REPO)
    with pytest.raises(hfkit.errors.SettingError, match="Invalid rev id: dev"):
        hub.commit(REPO, {"a": b""}, revision="dev")
