"""A repository as a value: every change of it gives another one. No HTTP in here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from .history import HubCommit, PutFile, apply_changes, merge_files
from .hub_files import GIT_ATTRIBUTES, HubFile
from .refusal import HubRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from .history import Change

__all__ = ["HubPullRequest", "HubRepository", "RepositoryKind"]

RepositoryKind: TypeAlias = Literal["model", "dataset", "space"]


@dataclass(frozen=True, slots=True)
class HubPullRequest:
    """A change that waits to be merged; its revision is ``refs/pr/number``.

    Attributes:
        number: it counts from one.
        title: its first line.
        description: the rest.
        author: who asks.
        date: when it was opened, in UTC.
        base: the commit of ``main`` that it began at.
        head: its own newest commit.
        merged: the commit that brought it into ``main``; None while it is open.
    """

    number: int
    title: str
    description: str
    author: str
    date: datetime
    base: str
    head: str
    merged: str | None = None

    @property
    def revision(self) -> str:
        """What to give as ``revision=`` to see it."""
        return f"refs/pr/{self.number}"


@dataclass(frozen=True, slots=True)
class HubRepository:
    """A repository at one moment.

    Attributes:
        name: ``"organization/name"``.
        kind: ``"model"``, ``"dataset"`` or ``"space"``.
        private: whether strangers are told that it is not there.
        gated: whether strangers may see but not read its files.
        history: every commit by its id, oldest first.
        branches: the newest commit's id of each branch.
        tags: the commit's id of each tag.
        pull_requests: in the order in which they were opened.
        objects: the bytes of each LFS object that was uploaded, by its sha256.
    """

    name: str
    kind: RepositoryKind
    private: bool
    gated: bool
    history: Mapping[str, HubCommit] = field(repr=False)
    branches: Mapping[str, str]
    tags: Mapping[str, str]
    pull_requests: tuple[HubPullRequest, ...]
    objects: Mapping[str, bytes] = field(repr=False)

    @staticmethod
    def new(
        name: str,
        *,
        kind: RepositoryKind = "model",
        private: bool = False,
        gated: bool = False,
        author: str,
        date: datetime,
    ) -> HubRepository:
        """Make a repository that holds its ``.gitattributes`` alone, as the hub does."""
        first = HubCommit.of(
            {".gitattributes": HubFile.of(GIT_ATTRIBUTES)},
            parents=(),
            title="initial commit",
            author=author,
            date=date,
        )
        return HubRepository(
            name,
            kind,
            private,
            gated,
            MappingProxyType({first.id: first}),
            MappingProxyType({"main": first.id}),
            MappingProxyType({}),
            (),
            MappingProxyType({}),
        )

    def commit(self, revision: str = "main") -> HubCommit:
        """Find the commit of a branch, a tag, ``refs/pr/number`` or an id.

        Raises:
            HubRefusedError: there is none.
        """
        requests = {request.revision: request.head for request in self.pull_requests}
        found = requests.get(revision) or self.branches.get(revision) or self.tags.get(revision, revision)
        if found not in self.history:
            raise HubRefusedError("no-revision", f"Invalid rev id: {revision}")
        return self.history[found]

    def files(self, revision: str = "main") -> dict[str, bytes]:
        """Give the bytes of each file at a revision.

        Raises:
            HubRefusedError: there is no such revision.
        """
        return {path: file.content for path, file in sorted(self.commit(revision).files.items())}

    @property
    def commits(self) -> tuple[HubCommit, ...]:
        """The commits of ``main``, newest first."""
        return self.log()

    def log(self, revision: str = "main") -> tuple[HubCommit, ...]:
        """Give a commit and all that came before it, newest first.

        Raises:
            HubRefusedError: there is no such revision.
        """
        reached, waiting = set[str](), [self.commit(revision).id]
        while waiting:
            reached.add(name := waiting.pop())
            waiting += [parent for parent in self.history[name].parents if parent not in reached]
        return tuple(commit for commit in reversed(tuple(self.history.values())) if commit.id in reached)

    def last_change(self, path: str, revision: str = "main") -> HubCommit:
        """Find the commit that made a file, or a folder, what it is at a revision.

        Raises:
            HubRefusedError: there is no such revision.
        """
        commit = self.commit(revision)
        now = _below(path, commit)
        while commit.parents and _below(path, self.history[commit.parents[0]]) == now:
            commit = self.history[commit.parents[0]]
        return commit

    def with_commit(
        self,
        changes: Iterable[Change],
        *,
        revision: str = "main",
        parent: str | None = None,
        title: str,
        description: str = "",
        author: str,
        date: datetime,
    ) -> HubRepository:
        """Commit changes to a branch or a pull request.

        Args:
            changes: what to do, in this order.
            revision: a branch, or ``refs/pr/number``.
            parent: the id of the commit that it must follow; None for whichever is newest.
            title: the first line of the message.
            description: the rest of the message.
            author: who commits.
            date: when, in UTC.

        Raises:
            HubRefusedError: there is no such branch, its newest commit is not ``parent``, or a change cannot be made.
        """
        requests = {request.revision: request for request in self.pull_requests}
        if revision not in requests and revision not in self.branches:
            raise HubRefusedError("no-revision", f"Invalid rev id: {revision}")
        head = self.commit(revision)
        self._check_parent(head, parent)
        commit = HubCommit.of(
            apply_changes(head.files, changes),
            parents=(head.id,),
            title=title,
            description=description,
            author=author,
            date=date,
        )
        grown = replace(self, history=MappingProxyType({**self.history, commit.id: commit}))
        if revision in self.branches:
            return replace(grown, branches=MappingProxyType({**self.branches, revision: commit.id}))
        return _with_request(grown, replace(requests[revision], head=commit.id))

    def with_pull_request(
        self,
        changes: Iterable[Change] = (),
        *,
        parent: str | None = None,
        title: str,
        description: str = "",
        author: str,
        date: datetime,
    ) -> HubRepository:
        """Open a pull request on ``main``, of one commit if there are changes.

        Raises:
            HubRefusedError: the newest commit of ``main`` is not ``parent``, or a change cannot be made.
        """
        head = self.commit()
        self._check_parent(head, parent)
        request = HubPullRequest(
            len(self.pull_requests) + 1, title, description, author, date, base=head.id, head=head.id
        )
        opened = replace(self, pull_requests=(*self.pull_requests, request))
        changes = tuple(changes)
        if not changes:
            return opened
        return opened.with_commit(
            changes,
            revision=request.revision,
            title=title,
            description=description,
            author=author,
            date=date,
        )

    def with_merge(self, number: int, *, author: str, date: datetime) -> HubRepository:
        """Merge a pull request into ``main``.

        Raises:
            HubRefusedError: there is no such open pull request, or both changed the same file.
        """
        request = next((one for one in self.pull_requests if one.number == number), None)
        if request is None or request.merged is not None:
            raise HubRefusedError("no-entry", f"There is no open pull request {number}")
        main = self.commit()
        files = merge_files(self.history[request.base].files, main.files, self.history[request.head].files)
        commit = HubCommit.of(
            files,
            parents=(main.id, request.head),
            title=f"{request.title} (#{number})",
            author=author,
            date=date,
        )
        merged = replace(
            self,
            history=MappingProxyType({**self.history, commit.id: commit}),
            branches=MappingProxyType({**self.branches, "main": commit.id}),
        )
        return _with_request(merged, replace(request, merged=commit.id))

    def with_squash(self, branch: str, *, title: str, author: str, date: datetime) -> HubRepository:
        """Make one commit without parents of all that a branch has.

        Raises:
            HubRefusedError: there is no such branch.
        """
        if branch not in self.branches:
            raise HubRefusedError("no-revision", f"Invalid rev id: {branch}")
        files = self.commit(branch).files
        commit = HubCommit.of(files, parents=(), title=title, author=author, date=date)
        return replace(
            self,
            history=MappingProxyType({**self.history, commit.id: commit}),
            branches=MappingProxyType({**self.branches, branch: commit.id}),
        )

    def with_branch(self, name: str, *, at: str = "main") -> HubRepository:
        """Make a branch.

        Raises:
            HubRefusedError: it is there already, or there is no such revision to begin at.
        """
        if name in self.branches:
            raise HubRefusedError("conflict", f"Reference already exists: refs/heads/{name}")
        return replace(self, branches=MappingProxyType({**self.branches, name: self.commit(at).id}))

    def without_branch(self, name: str) -> HubRepository:
        """Delete a branch.

        Raises:
            HubRefusedError: there is none of that name, or it is ``main``.
        """
        if name == "main":
            raise HubRefusedError("forbidden", "Cannot delete the default branch")
        if name not in self.branches:
            raise HubRefusedError("no-revision", f"Invalid rev id: {name}")
        return replace(
            self,
            branches=MappingProxyType({key: commit for key, commit in self.branches.items() if key != name}),
        )

    def with_tag(self, name: str, *, at: str = "main") -> HubRepository:
        """Tag a commit.

        Raises:
            HubRefusedError: the tag is there already, or there is no such revision.
        """
        if name in self.tags:
            raise HubRefusedError("conflict", f"Tag reference exists already: refs/tags/{name}")
        return replace(self, tags=MappingProxyType({**self.tags, name: self.commit(at).id}))

    def without_tag(self, name: str) -> HubRepository:
        """Delete a tag.

        Raises:
            HubRefusedError: there is none of that name.
        """
        if name not in self.tags:
            raise HubRefusedError("no-revision", f"Invalid rev id: {name}")
        return replace(
            self, tags=MappingProxyType({key: commit for key, commit in self.tags.items() if key != name})
        )

    def with_object(self, content: bytes) -> HubRepository:
        """Keep the bytes of an LFS object until a commit names it."""
        return replace(self, objects=MappingProxyType({**self.objects, HubFile.of(content).sha256: content}))

    def put_object(self, path: str, sha256: str) -> PutFile:
        """Give the change that puts an uploaded LFS object at a path.

        Raises:
            HubRefusedError: it was not uploaded.
        """
        if sha256 not in self.objects:
            raise HubRefusedError("bad-request", f"The LFS object {sha256} of {path!r} was not uploaded")
        return PutFile(path, HubFile.of(self.objects[sha256], lfs=True))

    def _check_parent(self, head: HubCommit, parent: str | None) -> None:
        if parent not in (None, head.id):
            raise HubRefusedError(
                "stale-parent", "A commit has happened since. Please refresh and try again."
            )


def _below(path: str, commit: HubCommit) -> dict[str, str]:
    return {
        name: file.oid
        for name, file in commit.files.items()
        if not path or name == path or name.startswith(f"{path}/")
    }


def _with_request(repository: HubRepository, request: HubPullRequest) -> HubRepository:
    requests = tuple(request if one.number == request.number else one for one in repository.pull_requests)
    return replace(repository, pull_requests=requests)
