"""The real, unmodified huggingface_hub, transformers and datasets against hfkit.testing.LocalHub."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import httpx2
import pytest
from huggingface_hub import CommitOperationCopy, CommitOperationDelete, HfApi, errors
from huggingface_hub.hf_api import KernelInfo

import hfkit.errors
from hfkit.testing import LocalHub, write_tiny_classifier

from .conftest import REPO, files, put

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:Use 'content=:DeprecationWarning"
    ),  # huggingface_hub's own use of httpx2
    pytest.mark.usefixtures("quick_retries"),
]


def test_a_new_repository_is_like_the_hubs(hub: LocalHub, api: HfApi) -> None:
    assert [commit.title for commit in hub.repository(REPO).commits] == ["initial commit"]
    assert api.model_info(REPO).sha == hub.repository(REPO).branches["main"]
    assert api.create_repo(REPO, exist_ok=True).repo_id == REPO
    with pytest.raises(errors.HfHubHTTPError) as caught:
        api.create_repo(REPO)
    assert caught.value.response.status_code == 409
    assert api.create_repo("mine").repo_id == "tester/mine"
    assert api.repo_exists(REPO)
    assert [model.id for model in api.list_models(author="org")] == [REPO]


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
def test_what_was_uploaded_comes_back(
    hub: LocalHub, kind: Literal["model", "dataset", "space"], tmp_path: Path
) -> None:
    api = HfApi(endpoint=hub.endpoint, token=hub.token)
    api.create_repo(REPO, repo_type=kind, space_sdk="gradio" if kind == "space" else None)
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    contents = {
        "README.md": b"---\nlicense: mit\n---\nA card",
        "sub/weights.bin": bytes(range(256)) * 9,
        "none": b"",
    }
    for path, content in contents.items():
        (folder / path).write_bytes(content)
    done = api.upload_folder(repo_id=REPO, repo_type=kind, folder_path=folder, commit_message="All of it")
    repository = hub.repository(REPO, kind=kind)
    assert done.oid == repository.commits[0].id
    assert repository.commits[0].title == "All of it"
    assert {path: file.lfs for path, file in repository.commits[0].files.items() if path in contents} == {
        "README.md": False,
        "sub/weights.bin": True,
        "none": False,
    }
    place = api.snapshot_download(REPO, repo_type=kind, cache_dir=tmp_path / "cache")
    assert place.endswith(done.oid)
    assert {path: (tmp_path / "cache" / place / path).read_bytes() for path in contents} == contents
    info = api.repo_info(REPO, repo_type=kind, files_metadata=True)
    assert not isinstance(info, KernelInfo)
    assert info.card_data is not None
    assert info.card_data["license"] == "mit"
    assert info.siblings is not None
    sizes = {sibling.rfilename: sibling.size for sibling in info.siblings}
    assert {path: sizes[path] for path in contents} == {
        path: len(content) for path, content in contents.items()
    }
    again = api.upload_folder(repo_id=REPO, repo_type=kind, folder_path=folder)
    assert again.oid == done.oid  # nothing changed: no commit


def test_a_commit_adds_deletes_and_copies(hub: LocalHub, api: HfApi) -> None:
    api.create_commit(
        REPO, [put("a.txt", b"a"), put("b/c.txt", b"c"), put("b/d.bin", b"d")], commit_message="First"
    )
    api.create_commit(
        REPO,
        [
            CommitOperationDelete("a.txt"),
            CommitOperationCopy(src_path_in_repo="b/d.bin", path_in_repo="e.bin"),
            CommitOperationCopy(src_path_in_repo="b/c.txt", path_in_repo="e.txt"),
        ],
        commit_message="Second",
        commit_description="with more to say",
    )
    assert files(hub) == {"b/c.txt": b"c", "b/d.bin": b"d", "e.bin": b"d", "e.txt": b"c"}
    api.delete_folder("b", REPO)
    assert files(hub) == {"e.bin": b"d", "e.txt": b"c"}
    with pytest.raises(errors.RemoteEntryNotFoundError):
        api.delete_file("a.txt", REPO)
    titles = [commit.title for commit in api.list_repo_commits(REPO)]
    assert titles[1:] == ["Second", "First", "initial commit"]
    assert api.list_repo_commits(REPO)[1].message == "with more to say"
    assert [commit.id for commit in hub.repository(REPO).commits] == [
        commit.commit_id for commit in api.list_repo_commits(REPO)
    ]


def test_branches_and_tags(hub: LocalHub, api: HfApi, tmp_path: Path) -> None:
    first = api.upload_file(path_or_fileobj=b"1", path_in_repo="a.txt", repo_id=REPO).oid
    api.create_tag(REPO, tag="v1", revision=first)
    api.create_branch(REPO, branch="feature/one")
    api.upload_file(path_or_fileobj=b"2", path_in_repo="a.txt", repo_id=REPO, revision="feature/one")
    assert (files(hub)["a.txt"], files(hub, "feature/one")["a.txt"], files(hub, "v1")["a.txt"]) == (
        b"1",
        b"2",
        b"1",
    )
    for revision, content in {"v1": b"1", "feature/one": b"2", first: b"1", "main": b"1"}.items():
        file = api.hf_hub_download(REPO, "a.txt", revision=revision, cache_dir=tmp_path)
        assert (tmp_path / file).read_bytes() == content
    references = api.list_repo_refs(REPO)
    assert {branch.name for branch in references.branches} == {"main", "feature/one"}
    assert [(tag.name, tag.target_commit) for tag in references.tags] == [("v1", first)]
    with pytest.raises(errors.HfHubHTTPError, match="Tag reference exists already"):
        api.create_tag(REPO, tag="v1")
    with pytest.raises(errors.HfHubHTTPError, match="Reference already exists"):
        api.create_branch(REPO, branch="feature/one")
    api.create_tag(REPO, tag="v1", exist_ok=True)
    api.delete_tag(REPO, tag="v1")
    api.delete_branch(REPO, branch="feature/one")
    assert (dict(hub.repository(REPO).tags), list(hub.repository(REPO).branches)) == ({}, ["main"])
    with pytest.raises(errors.RevisionNotFoundError):
        api.model_info(REPO, revision="v1")
    with pytest.raises(errors.HfHubHTTPError):
        api.delete_branch(REPO, branch="main")


def test_pull_requests(hub: LocalHub, api: HfApi) -> None:
    done = api.create_commit(REPO, [put("a.txt", b"a")], commit_message="Ask", create_pr=True)
    assert (done.pr_revision, done.pr_num) == ("refs/pr/1", 1)
    assert (files(hub), files(hub, "refs/pr/1")) == ({}, {"a.txt": b"a"})
    api.upload_file(path_or_fileobj=b"b", path_in_repo="b.txt", repo_id=REPO, revision="refs/pr/1")
    assert files(hub, "refs/pr/1") == {"a.txt": b"a", "b.txt": b"b"}
    opened = api.create_pull_request(REPO, "Empty")
    assert (opened.num, opened.status, opened.is_pull_request) == (2, "open", True)
    assert [request.num for request in api.get_repo_discussions(REPO)] == [1, 2]
    references = api.list_repo_refs(REPO, include_pull_requests=True).pull_requests
    assert references is not None
    assert [reference.ref for reference in references] == ["refs/pr/1", "refs/pr/2"]
    api.upload_file(path_or_fileobj=b"c", path_in_repo="c.txt", repo_id=REPO)
    api.merge_pull_request(REPO, 1)
    assert files(hub) == {"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"}
    merged = hub.repository(REPO).commits[0]
    assert api.get_discussion_details(REPO, 1).merge_commit_oid == merged.id
    assert len(merged.parents) == 2
    with pytest.raises(errors.HfHubHTTPError):
        api.merge_pull_request(REPO, 1)
    with pytest.raises(errors.HfHubHTTPError, match="There is no pull request 3"):
        api.get_discussion_details(REPO, 3)


def test_a_tree_is_listed_page_by_page(tmp_path: Path) -> None:
    with LocalHub(page=2) as hub:
        hub.create(REPO, {"a.txt": b"a", "b/c.bin": b"c", "b/d/e.txt": b"e", "f.txt": b"f"})
        api = HfApi(endpoint=hub.endpoint, token=hub.token)
        top = [entry.path for entry in api.list_repo_tree(REPO)]
        assert top == [".gitattributes", "a.txt", "b", "f.txt"]
        everything = [entry.path for entry in api.list_repo_tree(REPO, recursive=True)]
        assert everything == [".gitattributes", "a.txt", "b", "b/c.bin", "b/d", "b/d/e.txt", "f.txt"]
        assert [entry.path for entry in api.list_repo_tree(REPO, "b", expand=True)] == ["b/c.bin", "b/d"]
        hub.commit(REPO, {"a.txt": b"aa"}, title="Later")
        found = api.get_paths_info(REPO, ["a.txt", "b", "none"], expand=True)
        assert [(entry.path, entry.last_commit and entry.last_commit.title) for entry in found] == [
            ("a.txt", "Later"),
            ("b", "Add files"),
        ]
        assert sum(request.step == "tree" for request in hub.requests) == 2 + 4 + 1
        with pytest.raises(errors.RemoteEntryNotFoundError):
            list(api.list_repo_tree(REPO, "none"))
        assert len(api.list_repo_commits(REPO)) == 3
        assert (
            api.verify_repo_checksums(
                REPO, local_dir=api.snapshot_download(REPO, local_dir=tmp_path)
            ).mismatches
            == []
        )


def test_who_may_do_what(hub: LocalHub) -> None:
    hub.create("org/private", {"a.txt": b"a"}, private=True)
    hub.create("org/gated", {"a.txt": b"a"}, gated=True)
    reader = HfApi(endpoint=hub.endpoint, token=hub.read_token)
    stranger = HfApi(endpoint=hub.endpoint, token=hub.stranger_token)
    nobody = HfApi(endpoint=hub.endpoint, token=False)
    wrong = HfApi(endpoint=hub.endpoint, token="hf_wrong")  # noqa: S106  # it is none
    assert reader.whoami()["auth"]["accessToken"]["role"] == "read"
    assert reader.file_exists("org/private", "a.txt")
    reader.auth_check("org/gated")
    with pytest.raises(errors.HfHubHTTPError, match="403 Forbidden"):
        reader.auth_check("org/gated", write=True)
    with pytest.raises(errors.HfHubHTTPError, match="403 Forbidden"):
        reader.upload_file(path_or_fileobj=b"b", path_in_repo="b.txt", repo_id="org/gated")
    for api in (stranger, nobody):
        with pytest.raises(errors.RepositoryNotFoundError) as missing:
            api.model_info("org/private")
        assert missing.value.response.status_code == (401 if api is nobody else 404)
        assert api.model_info("org/gated").gated == "manual"
        with pytest.raises(errors.GatedRepoError):
            api.auth_check("org/gated")
        with pytest.raises(errors.GatedRepoError) as gated:
            api.file_exists("org/gated", "a.txt")
        assert gated.value.response.status_code == (401 if api is nobody else 403)
        with pytest.raises(errors.HfHubHTTPError):
            api.create_tag("org/gated", tag="v1")
    assert httpx2.get(f"{hub.endpoint}/api/whoami-v2").status_code == 401
    with pytest.raises(errors.RepositoryNotFoundError):
        reader.model_info("org/none")
    with pytest.raises(errors.HfHubHTTPError, match="Invalid credentials in Authorization header"):
        wrong.model_info("org/gated")
    assert [model.id for model in stranger.list_models()] == ["org/gated"]
    assert {request.role for request in hub.requests} == {"reader", "stranger", "anonymous", None}
    shown = repr((hub, hub.requests, hub.repository("org/gated")))
    assert not [token for token in (hub.token, hub.read_token, hub.stranger_token) if token in shown]


def test_a_branch_is_squashed(hub: LocalHub, api: HfApi) -> None:
    api.upload_file(path_or_fileobj=b"a", path_in_repo="a.txt", repo_id=REPO)
    api.super_squash_history(REPO, commit_message="One")
    assert [commit.title for commit in hub.repository(REPO).commits] == ["One"]
    assert files(hub) == {"a.txt": b"a"}
    with pytest.raises(errors.RevisionNotFoundError):
        api.super_squash_history(REPO, branch="dev")


def test_settings_move_and_delete(hub: LocalHub, api: HfApi) -> None:
    api.update_repo_settings(REPO, private=True, gated="manual")
    assert (hub.repository(REPO).private, hub.repository(REPO).gated) == (True, True)
    api.move_repo(REPO, "org/renamed")
    assert api.model_info(REPO).id == "org/renamed"  # the old name leads to the new
    api.delete_repo("org/renamed")
    with pytest.raises(errors.RepositoryNotFoundError):
        api.delete_repo("org/renamed")
    with pytest.raises(
        hfkit.errors.DataNotFoundError, match=r"the hub has no model 'org/renamed'; there are none"
    ):
        hub.repository("org/renamed")


def test_what_is_cached_is_not_fetched_again(hub: LocalHub, api: HfApi, tmp_path: Path) -> None:
    api.create_commit(REPO, [put("a.txt", b"a"), put("w.bin", b"w" * 5000)], commit_message="Files")
    first = ""
    for name in ("a.txt", "w.bin"):
        first = api.hf_hub_download(REPO, name, cache_dir=tmp_path)
        hub.forget_requests()
        assert api.hf_hub_download(REPO, name, cache_dir=tmp_path) == first
        assert [request.method for request in hub.requests] == ["HEAD"]
    hub.forget_requests()
    commit = hub.repository(REPO).branches["main"]
    assert api.hf_hub_download(REPO, "w.bin", revision=commit, cache_dir=tmp_path) == first
    assert hub.requests == ()
    with pytest.raises(errors.RemoteEntryNotFoundError):
        api.hf_hub_download(REPO, "none.txt", cache_dir=tmp_path)
    assert len(list(tmp_path.glob(f"*/.no_exist/{commit}/none.txt"))) == 1


def test_parts_and_conditions(hub: LocalHub, api: HfApi) -> None:
    api.upload_file(path_or_fileobj=b"0123456789", path_in_repo="a.txt", repo_id=REPO)
    url = f"{hub.endpoint}/{REPO}/resolve/main/a.txt"
    etag = hub.repository(REPO).commits[0].files["a.txt"].oid
    assert httpx2.get(url, headers={"If-None-Match": f'"{etag}"'}).status_code == 304
    for asked, content in {
        "bytes=3-5": b"345",
        "bytes=7-": b"789",
        "bytes=-2": b"89",
        "bytes=8-99": b"89",
    }.items():
        answer = httpx2.get(url, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, content)
    assert httpx2.get(url, headers={"Range": "bytes=10-"}).status_code == 416
    assert httpx2.get(f"{hub.endpoint}/nothing/here").status_code == 404
    assert hub.requests[-1].step == "unknown"


def test_large_files_lie_under_another_host_and_never_see_the_token(hub: LocalHub, api: HfApi) -> None:
    api.upload_file(path_or_fileobj=b"w" * 100, path_in_repo="w.bin", repo_id=REPO)
    answer = httpx2.head(f"{hub.endpoint}/{REPO}/resolve/main/w.bin")
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert address.startswith("http://localhost:")
    assert httpx2.get(address).content == b"w" * 100
    assert httpx2.get(address, headers={"Authorization": f"Bearer {hub.token}"}).status_code == 400
    assert httpx2.get(address.replace("signature=", "signature=0")).status_code == 403
    assert "signature" not in str(hub.requests)
    assert {request.role for request in hub.requests if request.step == "lfs-upload"} == {"anonymous"}


def test_a_card_that_cannot_be_read_has_no_data(hub: LocalHub) -> None:
    hub.create(REPO, {"README.md": b"---\n[: x\n---\n"})
    assert HfApi(endpoint=hub.endpoint, token=False).model_info(REPO).card_data is None


def test_a_broken_card_is_refused_before_anything_is_uploaded(hub: LocalHub, api: HfApi) -> None:
    with pytest.raises(ValueError, match=r"Invalid metadata in README\.md"):
        api.upload_file(path_or_fileobj=b"---\n[: x\n---\n", path_in_repo="README.md", repo_id=REPO)
    with pytest.warns(UserWarning, match="empty or missing yaml metadata"):
        api.upload_file(path_or_fileobj=b"# A card", path_in_repo="README.md", repo_id=REPO)
    assert files(hub) == {"README.md": b"# A card"}


def run(hub: LocalHub, code: str) -> str:
    """Run code in a process of its own that knows the hub by its environment alone."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=os.environ | hub.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert hub.token not in done.stdout + done.stderr
    return done.stdout


def test_transformers_pushes_and_loads(hub: LocalHub, tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "tiny")
    code = f"""
from transformers import AutoModelForSequenceClassification, AutoTokenizer
model = AutoModelForSequenceClassification.from_pretrained({str(folder)!r})
model.push_to_hub("org/tiny", private=True, commit_message="A tiny model")
AutoTokenizer.from_pretrained({str(folder)!r}).push_to_hub("org/tiny")
again = AutoModelForSequenceClassification.from_pretrained("org/tiny")
tokens = AutoTokenizer.from_pretrained("org/tiny")("a film", return_tensors="pt")
print((again(**tokens).logits == model(**tokens).logits).all().item())
import hfkit
print(hfkit.Classify("org/tiny")("a film").source.revision)
"""
    repository_commit = run(hub, code).split()
    repository = hub.repository("org/tiny")
    assert repository_commit == ["True", repository.branches["main"]]
    assert repository.private
    assert repository.commits[-2].title == "A tiny model"
    assert repository.commits[0].files["model.safetensors"].lfs


def test_datasets_pushes_and_loads(hub: LocalHub) -> None:
    hub.create("org/lines", {"train.jsonl": b'{"text": "good"}\n{"text": "bad"}\n'}, kind="dataset")
    code = """
import datasets
print(datasets.load_dataset("org/lines", split="train")[:]["text"])
made = datasets.Dataset.from_dict({"text": ["one", "two"], "label": [1, 2]})
made.push_to_hub("org/pushed", private=True)
made.push_to_hub("org/pushed", split="test", create_pr=True)
print(datasets.load_dataset("org/pushed")["train"].to_dict())
print(next(iter(datasets.load_dataset("org/lines", split="train", streaming=True))))
"""
    lines = run(hub, code).splitlines()
    assert lines == ["['good', 'bad']", "{'text': ['one', 'two'], 'label': [1, 2]}", "{'text': 'good'}"]
    pushed = hub.repository("org/pushed", kind="dataset")
    assert [path for path in pushed.files() if path.endswith(".parquet")] == [
        "data/train-00000-of-00001.parquet"
    ]
    assert [request.revision for request in pushed.pull_requests] == ["refs/pr/1"]
