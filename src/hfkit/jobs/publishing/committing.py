"""Do what a plan says, as one commit on the parent that it was made on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit._version import __version__
from hfkit.errors import HubError
from hfkit.values.layout import counted

from .remote import commit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from huggingface_hub import CommitInfo, CommitOperationAdd, CommitOperationDelete

    from hfkit.values.publish_plan import PublishPlan
    from hfkit.values.publish_settings import PublishSettings

    from .asking import Asking
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
    """Somebody has committed since the plan was made."""


def commit_plan(asking: Asking, settings: PublishSettings, planned: Planned) -> MadeCommit:
    """Send what the plan says.

    Where an answer was lost, the commit may have been made all the same: it carries the plan's digest, and is found
    by it before it is tried again.

    Raises:
        StaleParentError: the branch has moved on.
        HubError: the hub refuses, or does not answer.
    """
    from huggingface_hub import CommitOperationAdd

    plan = planned.plan
    parent = plan.parent or _make_repository(asking, settings)
    operations = _operations(planned)
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

    if not settings.pull_request:
        return _of_digest(commits(settings.branch), plan.digest, None)
    opened = asking(
        lambda: list(
            api.get_repo_discussions(
                name, repo_type=kind, discussion_type="pull_request", discussion_status="open"
            )
        )
    )
    found = (_of_digest(commits(f"refs/pr/{one.num}"), plan.digest, one.num) for one in opened)
    return next((made for made in found if made is not None), None)


def make_tag(asking: Asking, settings: PublishSettings, commit: str) -> None:
    """Give a commit its name; one that it has already is fine.

    Raises:
        HubError: the name is taken, or the hub refuses.
    """
    api, name, kind, tag = asking.api, settings.repository, settings.kind, settings.tag
    if tag is None:
        return
    asking(lambda: api.create_tag(name, tag=tag, revision=commit, repo_type=kind, exist_ok=True))
    there = commit_of(asking, settings, tag)
    if there != commit:
        raise HubError(
            f"the tag {tag!r} of {name} is at {there}, must be at the commit that was made, {commit}",
            hint="somebody made it meanwhile: publish again with another tag",
        )


def _of_digest(commits: list[tuple[str, str]], digest: str, pull_request: int | None) -> MadeCommit | None:
    """Look for a digest among commits, the newest first."""
    for place, (commit, message) in enumerate(commits):
        if digest in message:
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
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    operations: list[CommitOperationAdd | CommitOperationDelete] = []
    for change in planned.plan.files:
        match change.change:
            case "added" | "changed":
                file = planned.files[change.path]
                content = file.content if file.file is None else str(file.file)
                operations.append(CommitOperationAdd(change.path, content))
            case "deleted":
                operations.append(CommitOperationDelete(change.path, is_folder=False))
            case "unchanged":
                pass
    return operations


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
