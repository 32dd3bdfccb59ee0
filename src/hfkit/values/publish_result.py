"""What was published, and the proof that it arrived."""

from __future__ import annotations

import json
from dataclasses import dataclass

from .jsonable import to_json_value
from .layout import counted
from .publish_plan import FileChange, PublishFinding

__all__ = ["Publication", "Verification"]

_SHORT_HASH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was fetched from the commit into a fresh place, and compared with the folder.

    Attributes:
        files: how many files have the same bytes.
        bytes: how many bytes these are.
        verb: the facade that opened both, of data ``"Splits.load"``; None where none fits.
        probes: on how many inputs both gave the same; of data how many splits have the same rows.
    """

    files: int
    bytes: int
    verb: str | None = None
    probes: int = 0

    def __str__(self) -> str:
        same = f"{counted(self.files, 'file')}, {counted(self.bytes, 'byte')} fetched and the same"
        what = "split" if self.verb == "Splits.load" else "probe"
        return f"{same}; {self.verb} gives the same on {counted(self.probes, what)}" if self.verb else same


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What was published.

    Attributes:
        repository: ``"owner/name"``.
        kind: what the repository is for.
        url: where to look at the commit, or at the pull request.
        commit: its hash; of a plan without changes, that of the parent.
        parent: the commit before it.
        pull_request: the number of the pull request; None where the commit was made on the branch.
        tag: the name that the commit was given; None for none.
        files: every file of the folder, and those that were deleted, sorted by path.
        bytes: those of added and changed files.
        card: the README.md as it is now, without the secrets that it may hold; None where there is none.
        verified: the proof that it arrived; None where it was not asked for.
        findings: what the plan told of and did not refuse, such as a README.md of the folder that was not taken.
    """

    repository: str
    kind: str
    url: str
    commit: str
    parent: str
    pull_request: int | None
    tag: str | None
    files: tuple[FileChange, ...]
    bytes: int
    card: str | None
    verified: Verification | None
    findings: tuple[PublishFinding, ...] = ()

    @property
    def reference(self) -> str:
        """What opens exactly this: ``"owner/name@commit"``."""
        return f"{self.repository}@{self.commit}"

    def to_dict(self) -> dict[str, object]:
        """Give it as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}

    def to_json(self, *, indent: int | None = None) -> str:
        """Give it as a JSON object, non-ASCII characters as they are.

        Args:
            indent: spaces per level; None for one line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def __str__(self) -> str:
        sent = [one for one in self.files if one.change in ("added", "changed")]
        what = (
            f"pull request {self.pull_request}"
            if self.pull_request
            else f"commit {self.commit[:_SHORT_HASH]}"
        )
        lines = [
            f"{self.repository}, {what}: {counted(len(sent), 'file')}, {counted(self.bytes, 'byte')}",
            self.url,
        ]
        if self.tag:
            lines.append(f"tagged {self.tag}")
        if self.verified:
            lines.append(str(self.verified))
        lines += [f"{one.severity:<9} {one.message}\n          {one.hint}" for one in self.findings]
        return "\n".join(lines)
