"""Answers to who only looks: lists, trees, commits, files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from .cards import read_card
from .exchange import HubAnswer, answer_json, answer_page, answer_range, answer_refusal, read_flag
from .refusal import HubRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .exchange import HubQuestion, Json
    from .history import HubCommit
    from .hub_files import HubFile
    from .repositories import HubRepository
    from .state import HubState
    from .visitors import Visitor

__all__ = [
    "answer_access",
    "answer_commits",
    "answer_download",
    "answer_info",
    "answer_list",
    "answer_paths",
    "answer_references",
    "answer_resolve",
    "answer_tree",
    "answer_visitor",
    "show_date",
]


def show_date(date: datetime) -> str:
    """Write a date as the hub does."""
    return date.strftime("%Y-%m-%dT%H:%M:%S.") + f"{date.microsecond // 1000:03d}Z"


def answer_visitor(
    _state: HubState, visitor: Visitor, _question: HubQuestion, _place: Mapping[str, str]
) -> HubAnswer:
    """Say whose the token is."""
    if visitor.role == "anonymous":
        raise HubRefusedError("anonymous", "Invalid username or password.")
    role = "write" if visitor.role == "writer" else "read"
    token: Json = {"displayName": "local", "role": role, "createdAt": "2020-01-01T00:00:00.000Z"}
    return answer_json(
        {
            "type": "user",
            "id": visitor.name,
            "name": visitor.name,
            "fullname": visitor.name,
            "email": f"{visitor.name}@localhost",
            "isPro": False,
            "orgs": [],
            "auth": {"type": "access_token", "accessToken": token},
        }
    )


def answer_access(
    state: HubState, visitor: Visitor, _question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Say whether the visitor may read a repository's files, or write to it."""
    state.read(visitor, place)
    if place.get("path") == "write":
        visitor.check_write()
    return answer_json({})


def answer_list(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """List the repositories that the visitor may see, of one author or with a text in their name."""
    author, search = question.query.get("author"), question.query.get("search", "")
    shown = [
        _info(repository, repository.commit(), blobs=False)
        for repository in state.all()
        if repository.kind == place["kind"]
        and (visitor.is_member or not repository.private)
        and author in (None, repository.name.partition("/")[0])
        and search in repository.name
    ]
    return answer_page(shown, question, size=state.page)


def answer_info(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Tell of a repository at a revision."""
    repository = state.see(visitor, place)
    commit = repository.commit(place.get("revision", "main"))
    return answer_json(_info(repository, commit, blobs=read_flag(question.query, "blobs")))


def _info(repository: HubRepository, commit: HubCommit, *, blobs: bool) -> Json:
    siblings: list[Json] = []
    for path, file in sorted(commit.files.items()):
        lfs: Json = {"sha256": file.sha256, "size": file.size, "pointerSize": file.pointer_size}
        details: dict[str, Json] = {"size": file.size, "blobId": file.oid} if blobs else {}
        siblings.append({"rfilename": path, **details, **({"lfs": lfs} if blobs and file.lfs else {})})
    card = read_card(commit.files["README.md"].content) if "README.md" in commit.files else None
    kind: dict[str, Json] = {"modelId": repository.name} if repository.kind == "model" else {}
    return {
        "_id": repository.name,
        "id": repository.name,
        **kind,
        "author": repository.name.partition("/")[0],
        "sha": commit.id,
        "createdAt": show_date(next(iter(repository.history.values())).date),
        "lastModified": show_date(commit.date),
        "private": repository.private,
        "gated": "manual" if repository.gated else False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "siblings": siblings,
        **({"cardData": card} if card else {}),
    }


def answer_tree(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """List a folder, page by page."""
    repository = state.see(visitor, place)
    commit = repository.commit(place["revision"])
    folder = place.get("path", "").strip("/")
    inside = f"{folder}/" if folder else ""
    below = [path for path in commit.files if path.startswith(inside)]
    if folder and not below:
        raise HubRefusedError("no-entry", f"{folder} does not exist on {place['revision']!r}")
    found = {*below, *(parent for path in below for parent in _folders(path) if parent.startswith(inside))}
    if not read_flag(question.query, "recursive"):
        found = {path for path in found if "/" not in path[len(inside) :]}
    expand = read_flag(question.query, "expand")
    entries = [_entry(repository, commit, path, expand=expand) for path in sorted(found)]
    return answer_page(entries, question, size=state.page)


def answer_paths(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Tell of some files and folders; those that are not there are left out."""
    repository = state.see(visitor, place)
    commit = repository.commit(place["revision"])
    asked = parse_qs(question.body.decode("utf-8", "replace"))
    there = {*commit.files, *(folder for path in commit.files for folder in _folders(path))}
    expand = asked.get("expand", [""])[0].lower() == "true"
    paths = [path for path in asked.get("paths", []) if path in there]
    return answer_json([_entry(repository, commit, path, expand=expand) for path in paths])


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _entry(repository: HubRepository, commit: HubCommit, path: str, *, expand: bool) -> Json:
    last: dict[str, Json] = {}
    if expand:
        change = repository.last_change(path, commit.id)
        last = {"lastCommit": {"id": change.id, "title": change.title, "date": show_date(change.date)}}
    file = commit.files.get(path)
    if file is None:
        below = sorted((name, file.oid) for name, file in commit.files.items() if name.startswith(f"{path}/"))
        oid = hashlib.sha1(repr(below).encode(), usedforsecurity=False).hexdigest()
        return {"type": "directory", "oid": oid, "size": 0, "path": path, **last}
    return {"type": "file", "oid": file.oid, "size": file.size, "path": path, **_lfs(file), **last}


def _lfs(file: HubFile) -> dict[str, Json]:
    if not file.lfs:
        return {}
    return {"lfs": {"oid": file.sha256, "size": file.size, "pointerSize": file.pointer_size}}


def answer_references(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """List branches, tags and, if asked, pull requests."""
    repository = state.see(visitor, place)

    def show(group: str, names: Mapping[str, str]) -> list[Json]:
        return [
            {"name": name, "ref": f"refs/{group}/{name}", "targetCommit": commit}
            for name, commit in names.items()
        ]

    requests = {str(request.number): request.head for request in repository.pull_requests}
    asked: dict[str, Json] = (
        {"pullRequests": show("pr", requests)} if read_flag(question.query, "include_prs") else {}
    )
    return answer_json(
        {
            "branches": show("heads", repository.branches),
            "converts": [],
            "tags": show("tags", repository.tags),
            **asked,
        }
    )


def answer_commits(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """List a revision's commits, newest first, page by page."""
    entries: list[Json] = [
        {
            "id": commit.id,
            "title": commit.title,
            "message": commit.description,
            "authors": [{"user": commit.author}],
            "date": show_date(commit.date),
        }
        for commit in state.see(visitor, place).log(place["revision"])
    ]
    return answer_page(entries, question, size=state.page)


def answer_resolve(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Give a file; an LFS object lies elsewhere, at an address that needs no token."""
    repository = state.read(visitor, place)
    commit = repository.commit(place["revision"])
    headers = {"X-Repo-Commit": commit.id}
    file = commit.files.get(place["path"])
    if file is None:
        return answer_refusal(HubRefusedError("no-entry", "Entry not found"), headers=headers)
    etag = f'"{file.etag}"'
    if not file.lfs:
        return answer_range(file.content, question, {**headers, "ETag": etag})
    linked = {"X-Linked-Etag": etag, "X-Linked-Size": str(file.size)}
    address = state.sign(repository, file.sha256, size=file.size, method="GET")
    return HubAnswer(302, headers={**headers, **linked, "Location": address})


def answer_download(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Give an LFS object to whoever has its address."""
    state.check_signature(visitor, question.path, question.query, question.method)
    content = state.get(place["kind"], place["name"]).objects[place["sha256"]]
    return answer_range(content, question, {"ETag": f'"{place["sha256"]}"'})
