"""What publishing a folder would change, before it changes anything."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .data_report import Severity
from .jsonable import to_json_value
from .layout import counted

__all__ = [
    "ChangeKind",
    "FileChange",
    "FileStorage",
    "PublishFinding",
    "PublishFindingKind",
    "PublishPlan",
]

ChangeKind: TypeAlias = Literal["added", "changed", "unchanged", "deleted"]
"""What becomes of a file in the repository."""

FileStorage: TypeAlias = Literal["lfs", "regular"]
"""How the hub keeps a file: large ones beside git, by their hash (LFS), others in git itself."""

PublishFindingKind: TypeAlias = Literal[
    "secret",
    "pickle",
    "local_path",
    "too_large",
    "too_many_files",
    "no_weights",
    "no_tokenizer",
    "local_base",
    "unpinned_base",
    "unnamed_labels",
    "other_model",
    "no_license",
    "data_file",
    "invalid_card",
    "no_metadata",
    "other_readme",
    "left_over",
    "public",
    "moved_tag",
    "no_app",
    "unpinned_package",
]
"""What can be found."""

_SHORT_HASH = 12
_SHOWN = 12  # files of a kind that are written down
_SIGNS: dict[ChangeKind, str] = {"added": "+", "changed": "~", "deleted": "-"}


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of one file.

    Attributes:
        path: its path in the repository.
        change: what becomes of it.
        bytes: how many it has afterwards; of a deleted one, how many it had.
        sha256: the hash of its content afterwards; empty for a deleted one.
        storage: how the hub keeps it.
    """

    path: str
    change: ChangeKind
    bytes: int
    sha256: str
    storage: FileStorage


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFinding:
    """One thing that others should not meet, or should know.

    Attributes:
        kind: what it is.
        severity: an ``"error"`` is refused, unless it is accepted by its kind.
        path: the file; None where it is a matter of all.
        message: what is there.
        hint: what to do about it.
    """

    kind: PublishFindingKind
    severity: Severity
    path: str | None = None
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """What would be published, as one commit on one parent.

    Attributes:
        repository: ``"owner/name"``.
        kind: what the repository is for: ``"model"``, ``"dataset"`` or ``"space"``.
        branch: which would be committed to.
        parent: the commit that it was planned on; None where the repository is not there, and would be made.
        folder: what would be published.
        files: every file of the folder, and those that would be deleted, sorted by path.
        kept: paths that the repository has and the folder has not; they stay.
        card: the README.md as it would be, without the secrets that it may hold; None where there would be none.
        card_difference: what would change in it, as a unified diff.
        findings: what should be put right or known, errors first.
        settings: how it would be done, as it is written.
    """

    repository: str
    kind: str
    branch: str
    parent: str | None
    folder: str
    files: tuple[FileChange, ...]
    kept: tuple[str, ...]
    card: str | None
    card_difference: str
    findings: tuple[PublishFinding, ...]
    settings: str

    @property
    def added(self) -> tuple[FileChange, ...]:
        """Files that the repository does not have."""
        return self._of("added")

    @property
    def changed(self) -> tuple[FileChange, ...]:
        """Files that have other bytes there."""
        return self._of("changed")

    @property
    def unchanged(self) -> tuple[FileChange, ...]:
        """Files that are there already, byte for byte."""
        return self._of("unchanged")

    @property
    def deleted(self) -> tuple[FileChange, ...]:
        """Files that would be deleted."""
        return self._of("deleted")

    @property
    def upload_bytes(self) -> int:
        """How many bytes would be sent at most: objects that the hub has already are not."""
        return sum(one.bytes for one in (*self.added, *self.changed))

    @property
    def digest(self) -> str:
        """A hash of what would be changed where: the commit carries it, so that it is found again."""
        changes = [[one.path, one.change, one.sha256] for one in self.files if one.change != "unchanged"]
        told = json.dumps([self.repository, self.kind, self.branch, self.parent, changes])
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def errors(self) -> tuple[PublishFinding, ...]:
        """The findings that are refused."""
        return tuple(one for one in self.findings if one.severity == "error")

    def to_dict(self) -> dict[str, object]:
        """Give the plan as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}

    def __str__(self) -> str:
        at = self.parent[:_SHORT_HASH] if self.parent else "a repository that will be made"
        lines = [f"{self.repository} ({self.kind}), {self.branch} at {at}, from {self.folder}"]
        for kind, sign in _SIGNS.items():
            files = self._of(kind)
            if files:
                total = sum(one.bytes for one in files)
                lines.append(f"{kind:<9} {counted(len(files), 'file')}, {counted(total, 'byte')}")
                lines += [
                    f"  {sign} {one.path}, {one.bytes:,}{' in LFS' if one.storage == 'lfs' else ''}"
                    for one in files[:_SHOWN]
                ]
                lines += [f"  … {counted(len(files) - _SHOWN, 'file')} more"] * (len(files) > _SHOWN)
        lines.append(f"unchanged {counted(len(self.unchanged), 'file')}")
        if self.kept:
            lines.append(f"kept      {counted(len(self.kept), 'file')} that the folder does not have")
        if self.card_difference:
            changed = self.card_difference.splitlines()[2:]  # below the names of both
            plus, minus = (sum(line.startswith(sign) for line in changed) for sign in "+-")
            lines.append(f"card      {counted(plus, 'line')} more, {minus:,} less: see card_difference")
        lines += [f"{one.severity:<9} {one.message}\n          {one.hint}" for one in self.findings]
        return "\n".join(lines)

    def _of(self, kind: ChangeKind) -> tuple[FileChange, ...]:
        return tuple(one for one in self.files if one.change == kind)
