"""Do what a plan says, as one commit on the parent that it was made on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hfkit._version import __version__
from hfkit.errors import HubError, RefusedFolderError
from hfkit.values.layout import counted

from .remote import commit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete

    from hfkit.values.publish_plan import FileChange, PublishPlan
    from hfkit.values.publish_settings import PublishSettings

    from .asking import Asking
    from .folder_files import FolderFile
    from .planning import Planned

__all__ = ["MadeCommit", "StaleParentError", "commit_plan", "find_made", "make_tag"]

_STALE = 412

_FRESH_FILES = {
    "model": {".gitattributes"},
    "dataset": {".gitattributes"},
    "space": {".gitattributes", "README.md"},
}
"""What the hub puts into a repository that it makes; a README.md says there how a Space is started."""


@dataclass(frozen=True, slots=True)
class MadeCommit:
    """A commit that does what a plan says.

    Attributes:
        commit: its hash; of a plan without changes, that of the parent.
        parent: the one before it.
        pull_request: the number of the pull request; None where it was made on the branch.
    """

    commit: str
    parent: str
    pull_request: int | None = None


class StaleParentError(Exception):
    """Somebody has committed since the plan was made, or has written into the folder."""


def commit_plan(asking: Asking, settings: PublishSettings, planned: Planned) -> MadeCommit:
    """Send what the plan says.

    Where an answer was lost, the commit may have been made all the same: it carries the plan's digest, and is found
    by it before it is tried again.

    Raises:
        StaleParentError: the branch has moved on, or a file is not what it was.
        RefusedFolderError: the hub would leave out a file.
        HubError: the hub refuses, or does not answer.
    """
    from huggingface_hub import CommitOperationAdd

    plan = planned.plan
    operations = _operations(planned)
    parent = plan.parent or _make_repository(asking, settings)
    if not operations:
        return MadeCommit(parent, parent)
    api, name, kind = asking.api, settings.repository, settings.kind
    # Large files first, which the client tries again by itself; those that have arrived are not sent again.
    additions = [one for one in operations if isinstance(one, CommitOperationAdd)]
    asking.once(
        lambda: api.preupload_lfs_files(
            name, additions, repo_type=kind, revision=settings.branch, create_pr=settings.pull_request
        )
    )
    _require_taken(plan, additions)
    tried = settings.pull_request  # one that was opened by a call that was interrupted is taken up again

    def attempt() -> MadeCommit:
        nonlocal tried
        if tried and (made := find_made(asking, settings, plan)):
            return made
        tried = True
        info = _unless_stale(
            lambda: api.create_commit(
                name,
                operations,
                commit_message=settings.message or _message(plan),
                commit_description=f"Published with hfkit {__version__}, plan {plan.digest}",
                repo_type=kind,
                revision=settings.branch,
                create_pr=settings.pull_request,
                parent_commit=parent,
            )
        )
        if info is None:
            made = find_made(asking, settings, plan)
            if made is None:
                raise StaleParentError
            return made
        return MadeCommit(info.oid, parent, info.pr_num)

    return asking(attempt)


def find_made(asking: Asking, settings: PublishSettings, plan: PublishPlan) -> MadeCommit | None:
    """Find the commit that a plan has led to already; None if there is none."""
    api, name, kind = asking.api, settings.repository, settings.kind

    def commits(revision: str) -> list[tuple[str, str]]:
        told = asking(lambda: api.list_repo_commits(name, repo_type=kind, revision=revision))
        return [(one.commit_id, one.message) for one in told]

    # A pull request leaves a repository that was made for it as it was: the first plan knew of none.
    digests = {plan.digest, replace(plan, parent=None).digest} if settings.pull_request else {plan.digest}
    if not settings.pull_request:
        return _of_digest(commits(settings.branch), digests, None)
    opened = asking(
        lambda: list(
            api.get_repo_discussions(
                name, repo_type=kind, discussion_type="pull_request", discussion_status="open"
            )
        )
    )
    found = (_of_digest(commits(f"refs/pr/{one.num}"), digests, one.num) for one in opened)
    return next((made for made in found if made is not None), None)


def make_tag(asking: Asking, settings: PublishSettings, commit: str) -> None:
    """Give a commit its name; one that it has already is fine, and one of another is moved if that is accepted.

    Raises:
        HubError: the name is taken, or the hub refuses.
    """
    from huggingface_hub.errors import RevisionNotFoundError

    api, name, kind, tag = asking.api, settings.repository, settings.kind, settings.tag
    if tag is None:
        return
    if "moved_tag" in settings.accept and commit_of(asking, settings, tag) not in (None, commit):
        asking.find(lambda: api.delete_tag(name, tag=tag, repo_type=kind), RevisionNotFoundError)
    asking(lambda: api.create_tag(name, tag=tag, revision=commit, repo_type=kind, exist_ok=True))
    there = commit_of(asking, settings, tag)
    if there != commit:
        raise HubError(
            f"the tag {tag!r} of {name} is at {there}, must be at the commit that was made, {commit}",
            hint="somebody made it meanwhile: publish again with another tag",
        )


def _of_digest(
    commits: list[tuple[str, str]], digests: set[str], pull_request: int | None
) -> MadeCommit | None:
    """Look for digests among commits, the newest first."""
    for place, (commit, message) in enumerate(commits):
        if any(digest in message for digest in digests):
            parent = commits[place + 1][0] if place + 1 < len(commits) else commit
            return MadeCommit(commit, parent, pull_request)
    return None


def _make_repository(asking: Asking, settings: PublishSettings) -> str:
    """Make the repository, and give its first commit.

    Raises:
        StaleParentError: somebody else has made it, and put something in.
    """
    api, name, kind = asking.api, settings.repository, settings.kind
    asking(
        lambda: api.create_repo(
            name,
            repo_type=kind,
            private=settings.private,
            exist_ok=True,
            space_sdk="gradio" if kind == "space" else None,
        )
    )
    head = commit_of(asking, settings, settings.branch)
    if head is None:
        raise StaleParentError
    paths = asking(
        lambda: {one.path for one in api.list_repo_tree(name, recursive=True, revision=head, repo_type=kind)}
    )
    if not paths <= _FRESH_FILES[kind]:
        raise StaleParentError
    return head


def _operations(planned: Planned) -> list[CommitOperationAdd | CommitOperationDelete]:
    """Say what is to be done with the very bytes that were planned.

    Raises:
        StaleParentError: a file has others now.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    operations: list[CommitOperationAdd | CommitOperationDelete] = []
    for change in planned.plan.files:
        match change.change:
            case "added" | "changed":
                added = CommitOperationAdd(change.path, _content(change, planned.files[change.path]))
                if added.upload_info.sha256.hex() != change.sha256:
                    raise StaleParentError
                operations.append(added)
            case "deleted":
                operations.append(CommitOperationDelete(change.path, is_folder=False))
            case "unchanged":
                pass
    return operations


def _content(change: FileChange, file: FolderFile) -> str | bytes:
    """Give what is sent: large files by their place, whose hash the hub compares; small ones are read once only."""
    if file.file is None:
        return file.content
    try:
        return str(file.file.resolve(strict=True)) if change.storage == "lfs" else file.file.read_bytes()
    except OSError as error:
        raise StaleParentError from error


def _require_taken(plan: PublishPlan, additions: list[CommitOperationAdd]) -> None:
    """Make sure that the hub takes all that is sent: what a .gitignore names, the client drops without a word.

    Raises:
        RefusedFolderError: a file would be left out.
    """
    left = [one.path_in_repo for one in additions if one._should_ignore]  # noqa: SLF001  # it is told nowhere else
    if left:
        others = f" and {counted(len(left) - 1, 'other')}" if len(left) > 1 else ""
        error = RefusedFolderError(
            f"{plan.folder} is not published: .gitignore names {left[0]}{others}, which the hub would leave out",
            hint="take it out of .gitignore, or name it in ignore=(...)",
        )
        error.plan = plan
        raise error


def _message(plan: PublishPlan) -> str:
    kinds = {"Add": plan.added, "change": plan.changed, "delete": plan.deleted}
    told = [f"{verb} {counted(len(files), 'file')}" for verb, files in kinds.items() if files]
    text = ", ".join(told)
    return text[:1].upper() + text[1:]


def _unless_stale(request: Callable[[], CommitInfo]) -> CommitInfo | None:
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return request()
    except HfHubHTTPError as error:
        if error.response.status_code != _STALE:
            raise
        return None
