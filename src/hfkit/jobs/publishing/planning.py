"""Plan what publishing a folder would change."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.hub.folder import EXPORT_FILES, MODEL_FILES, content_hash, fingerprint_files
from hfkit.hub.secrets import without_token
from hfkit.values.publish_plan import PublishFinding, PublishPlan
from hfkit.values.publish_secrets import without_secrets

from .card import plan_card
from .differences import file_changes, kept_paths
from .findings import find_in_files, find_in_model, find_in_space, find_places, unpinned_base
from .folder_files import FolderFile, read_folder
from .remote import README, model_commit, read_remote
from .subject import read_subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hfkit.values.publish_plan import FileChange
    from hfkit.values.publish_settings import PublishSettings

    from .asking import Asking
    from .remote import Remote
    from .subject import FolderSubject

__all__ = ["Planned", "plan_publishing"]

_WEIGHTS = (".safetensors", ".bin", ".onnx", ".index.json", "adapter_config.json")

_ORDER = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the files that it is about.

    Attributes:
        plan: what is told.
        files: what would be sent, by path.
        subject: what the folder is.
    """

    plan: PublishPlan
    files: Mapping[str, FolderFile]
    subject: FolderSubject


def plan_publishing(asking: Asking, settings: PublishSettings, folder: Path) -> Planned:
    """Compare a folder with its repository.

    Raises:
        PublishError: the folder cannot be read.
        HubError: the hub refuses, or does not answer.
    """
    from huggingface_hub import get_token

    files = dict(read_folder(folder, settings.ignore))
    subject = read_subject(folder, settings.runtime)
    remote = read_remote(asking, settings)
    card = plan_card(settings, subject, files, remote)
    if card.content is not None:
        files[README] = FolderFile.of(README, card.content)
    changes = file_changes(files, remote, settings.delete)
    kept = kept_paths(changes, remote)
    findings = [
        *find_in_files(files, get_token(), settings.kind),
        *(_model(asking, files, subject, licensed=card.licensed) if settings.kind == "model" else ()),
        *(find_in_space(files) if settings.kind == "space" else ()),
        *card.findings,
        *find_places(files, _places(folder)),
        *_reports(settings, folder),
        *_repository(settings, remote, changes, kept),
    ]
    plan = PublishPlan(
        repository=settings.repository,
        kind=settings.kind,
        branch=settings.branch,
        parent=remote.commit,
        folder=str(folder),
        files=changes,
        kept=kept,
        card=None if card.text is None else _shown(card.text),
        card_difference=_shown(card.difference),
        findings=_sorted(findings, settings.accept),
        settings=repr(settings),
    )
    return Planned(plan, dict(sorted(files.items())), subject)


def _shown(text: str) -> str:
    """Take out of a card what its findings name: a plan is printed, kept and sent around."""
    return without_token(without_secrets(text))


def _model(
    asking: Asking, files: Mapping[str, FolderFile], subject: FolderSubject, *, licensed: bool
) -> Iterator[PublishFinding]:
    """Look at a model; of a base that may change it is told what it is now."""
    base = unpinned_base(subject)
    commit = model_commit(asking, *base) if base else None
    return find_in_model(files, subject, licensed=licensed, base_commit=commit)


def _places(folder: Path) -> list[str]:
    """Name the folders of this machine that a file might tell of."""
    places = [folder.parent]
    with suppress(RuntimeError):  # a user of a container may have no home
        places.append(Path.home())
    return [str(place) for place in places if len(place.parts) > 1]


def _sorted(findings: Sequence[PublishFinding], accept: Sequence[str]) -> tuple[PublishFinding, ...]:
    """Put errors first; those that are accepted are worth a note."""
    told = [replace(one, severity="note") if one.kind in accept else one for one in findings]
    return tuple(sorted(told, key=lambda one: _ORDER.index(one.severity)))


def _reports(settings: PublishSettings, folder: Path) -> Iterator[PublishFinding]:
    """Look whether evaluations are those of this folder."""
    if not settings.reports:
        return
    own = content_hash(folder, fingerprint_files(folder, (*MODEL_FILES, *EXPORT_FILES)))
    for report in settings.reports:
        if report.source.revision != own:
            yield PublishFinding(
                kind="other_model",
                severity="error",
                message=f"a report is of {report.source.model} at {report.source.revision}, the folder is {own}",
                hint="evaluate this folder as it is now: hfkit.Evaluate(folder)(data)",
            )


def _repository(
    settings: PublishSettings, remote: Remote, changes: Sequence[FileChange], kept: Sequence[str]
) -> Iterator[PublishFinding]:
    """Look at what is there already."""
    if settings.private and not remote.private:
        yield PublishFinding(
            kind="public",
            severity="error",
            message=f"private=True, and {settings.repository} is public",
            hint="make it private on the hub first, or choose another repository",
        )
    if remote.tagged is not None:
        settled = remote.tagged == remote.commit and all(one.change == "unchanged" for one in changes)
        yield PublishFinding(
            kind="moved_tag",
            severity="note" if settled else "error",
            message=f"the tag {settings.tag!r} is there already, at {remote.tagged[:12]}",
            hint="choose another: who opens a tag relies on it",
        )
    left = [path for path in kept if path.endswith(_WEIGHTS)]
    if left:
        yield PublishFinding(
            kind="left_over",
            severity="warning",
            path=left[0],
            message=f"the repository keeps {', '.join(left[:3])}, which the folder does not have",
            hint="name it in delete=(...), or it will be opened or fetched with the rest",
        )
