"""Answers to who uploads: what goes how, LFS objects, and the commit that names them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .exchange import HubAnswer, answer_json, read_flag, read_object, read_objects, read_text
from .history import DeleteFile, DeleteFolder, PutFile
from .hub_files import HubFile, is_ignored, upload_mode
from .refusal import HubRefusedError
from .state import url_prefix

if TYPE_CHECKING:
    from .exchange import HubQuestion, Json
    from .history import Change
    from .repositories import HubRepository
    from .state import HubState
    from .visitors import Visitor

__all__ = ["answer_batch", "answer_commit", "answer_preupload", "answer_upload", "answer_verification"]


def answer_preupload(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Say of each file whether it goes into the commit or is an LFS object, and what is there already."""
    files = state.write(visitor, place).commit(place["revision"]).files
    fields = read_object(question.body)
    kept = files[".gitignore"].content.decode("utf-8", "replace") if ".gitignore" in files else ""
    ignored = read_text(fields, "gitIgnore", kept)
    shown: list[Json] = []
    for asked in _entries(fields, "files"):
        path = read_text(asked, "path")
        there = files.get(path)
        mode = upload_mode(path, _size(asked), files)
        oid = {"oid": there.etag} if there else {}
        shown.append({"path": path, "uploadMode": mode, "shouldIgnore": is_ignored(path, ignored), **oid})
    return answer_json({"files": shown})


def answer_batch(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Say where each LFS object is to be uploaded; those that are there are not."""
    repository = state.write(visitor, place)
    objects: list[Json] = []
    for asked in _entries(read_object(question.body), "objects"):
        sha256, size = read_text(asked, "oid"), _size(asked)
        actions: dict[str, Json] = {}
        if sha256 not in repository.objects:
            upload = state.sign(repository, sha256, size=size, method="PUT")
            verify = (
                f"{state.endpoint}/{url_prefix(repository.kind)}{repository.name}.git/info/lfs/objects/verify"
            )
            actions = {"actions": {"upload": {"href": upload}, "verify": {"href": verify}}}
        objects.append({"oid": sha256, "size": size, **actions})
    return answer_json({"transfer": "basic", "objects": objects})


def answer_upload(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Take an LFS object, if it is of the size and the hash that were told."""
    state.check_signature(visitor, question.path, question.query, question.method)
    wanted, size = place["sha256"], int(question.query["size"])
    if len(question.body) != size:
        raise HubRefusedError("bad-request", f"{len(question.body)} bytes came, {size} were told")
    if hashlib.sha256(question.body).hexdigest() != wanted:
        raise HubRefusedError("bad-request", f"The bytes that came are not those of sha256 {wanted}")
    state.change(state.get(place["kind"], place["name"]), lambda now: now.with_object(question.body))
    return HubAnswer(200, headers={"ETag": f'"{wanted}"'})


def answer_verification(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Say whether an LFS object has arrived."""
    fields = read_object(question.body)
    content = state.write(visitor, place).objects.get(read_text(fields, "oid"))
    if content is None or len(content) != _size(fields):
        raise HubRefusedError("bad-request", "No LFS object of this hash and size was uploaded")
    return answer_json({})


def answer_commit(
    state: HubState, visitor: Visitor, question: HubQuestion, place: Mapping[str, str]
) -> HubAnswer:
    """Commit, all or nothing; or open a pull request of one commit."""
    repository = state.write(visitor, place)
    header, *lines = read_objects(question.body)
    about = _value(header)
    title = read_text(about, "summary")
    description = read_text(about, "description", "")
    parent = read_text(about, "parentCommit", "") or None
    date, author = state.now(), visitor.name
    as_request = read_flag(question.query, "create_pr")

    def step(now: HubRepository) -> HubRepository:
        changes = [_change(line, now) for line in lines]
        if as_request:
            return now.with_pull_request(
                changes, parent=parent, title=title, description=description, author=author, date=date
            )
        return now.with_commit(
            changes,
            revision=place["revision"],
            parent=parent,
            title=title,
            description=description,
            author=author,
            date=date,
        )

    changed = state.change(repository, step)
    url = f"{state.endpoint}/{url_prefix(changed.kind)}{changed.name}"
    made = changed.commit(changed.pull_requests[-1].head if as_request else place["revision"])
    return answer_json(
        {
            "success": True,
            "commitOid": made.id,
            "commitUrl": f"{url}/commit/{made.id}",
            "hookOutput": "",
            "pullRequestUrl": f"{url}/discussions/{changed.pull_requests[-1].number}" if as_request else None,
        }
    )


def _change(line: Mapping[str, Json], repository: HubRepository) -> Change:
    value = _value(line)
    path = read_text(value, "path")
    match line.get("key"):
        case "file":
            try:
                content = base64.b64decode(read_text(value, "content"), validate=True)
            except binascii.Error:
                raise HubRefusedError("bad-request", f"The content of {path!r} is not base64") from None
            return PutFile(path, HubFile.of(content))
        case "lfsFile":
            change = repository.put_object(path, read_text(value, "oid"))
            if value.get("size") not in (None, change.file.size):
                raise HubRefusedError("bad-request", f"{path!r} has {change.file.size} bytes, not as told")
            return change
        case "deletedFile":
            return DeleteFile(path)
        case "deletedFolder":
            return DeleteFolder(path)
        case other:
            raise HubRefusedError("bad-request", f"Commits know no {other!r}")


def _value(line: Mapping[str, Json]) -> Mapping[str, Json]:
    value = line.get("value")
    if not isinstance(value, Mapping):
        raise HubRefusedError("bad-request", "A line of a commit has a 'key' and a 'value'")
    return value


def _entries(fields: Mapping[str, Json], name: str) -> list[Mapping[str, Json]]:
    entries = fields.get(name)
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise HubRefusedError("bad-request", f"{name!r} must be a list")
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _size(fields: Mapping[str, Json]) -> int:
    size = fields.get("size")
    if not isinstance(size, int):
        raise HubRefusedError("bad-request", "'size' must be a number of bytes")
    return size
