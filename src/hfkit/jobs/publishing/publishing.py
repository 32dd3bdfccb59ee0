"""Plan what would be published, or publish it and prove that it arrived."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import OvertakenError, RefusedFolderError, SettingError, UnprovenPublicationError
from hfkit.hub.secrets import shown_endpoint
from hfkit.values.layout import counted
from hfkit.values.publish_plan import PublishPlan
from hfkit.values.publish_result import Publication, Verification

from .asking import Asking
from .committing import MadeCommit, StaleParentError, commit_plan, find_made, make_tag
from .outputs import outputs_of, rows_of_data
from .planning import plan_publishing
from .verifying import differing_files, fetched

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.jobs.quantizing.probes import GivenProbes
    from hfkit.values.publish_settings import PublishSettings

    from .outputs import Outputs
    from .planning import Planned

__all__ = ["plan_folder", "publish"]

_UNUSABLE = ("no_weights", "no_tokenizer")


def plan_folder(settings: PublishSettings, folder: str | os.PathLike[str]) -> PublishPlan:
    """Say what would be changed; see :meth:`hfkit.facades.publish.Publish.plan`."""
    return plan_publishing(_asking(settings), settings, _place(folder)).plan


def publish(
    settings: PublishSettings, what: PublishPlan | str | os.PathLike[str], probes: GivenProbes
) -> Publication:
    """Publish a folder, or exactly a plan; see :class:`hfkit.facades.publish.Publish`."""
    folder = _place(what.folder if isinstance(what, PublishPlan) else what)
    asking = _asking(settings)
    planned = plan_publishing(asking, settings, folder)
    made = _require_as_planned(asking, settings, what, planned) if isinstance(what, PublishPlan) else None
    plan = what if made is not None and isinstance(what, PublishPlan) else planned.plan
    if made is None:
        _refuse(plan)
    outputs = (
        rows_of_data
        if settings.kind == "dataset"
        else partial(outputs_of, subject=planned.subject, probes=probes, runtime=settings.runtime)
    )
    proves = settings.verify and _opens(settings, plan, folder) and _holds(planned.plan, plan)
    before = outputs(folder) if proves else None  # a folder that does not open is not published
    if made is None:
        try:
            made = commit_plan(asking, settings, planned)
        except StaleParentError:
            raise _overtaken(settings, plan_publishing(asking, settings, folder)) from None
    make_tag(asking, settings, made.commit)
    publication = _publication(asking, settings, plan, made)
    if not settings.verify:
        return publication
    return replace(publication, verified=_verify(asking, settings, publication, outputs, before))


def _asking(settings: PublishSettings) -> Asking:
    """Give what asks the hub; there is one."""
    asking = Asking(settings)
    asking.require_hub()
    return asking


def _place(folder: object) -> Path:
    """Find a folder; an empty text is none, though pathlib takes it for the current one.

    Raises:
        SettingError: it names no folder.
    """
    if not isinstance(folder, str | os.PathLike) or not os.fspath(folder):
        raise SettingError(
            f"{folder!r} names no folder", hint="give the folder to publish, or what plan(folder) gave"
        )
    return Path(folder).expanduser().absolute()


def _require_as_planned(
    asking: Asking, settings: PublishSettings, plan: PublishPlan, now: Planned
) -> MadeCommit | None:
    """Make sure that a plan still holds; give the commit if it was made already.

    Raises:
        OvertakenError: it does not hold any more.
        SettingError: it is a plan of other settings.
    """
    if plan.settings != repr(settings):
        raise SettingError(
            f"the plan is one of {plan.settings}, must be one of {settings!r}",
            hint="publish it with what planned it, or plan again",
        )
    if plan.files == now.plan.files and plan.parent == now.plan.parent:
        return None
    made = find_made(asking, settings, plan) if now.plan.parent else None
    if made is None:
        raise _overtaken(settings, now)
    return made


def _opens(settings: PublishSettings, plan: PublishPlan, folder: Path) -> bool:
    """Say whether what is published is opened, in the folder and as it arrives."""
    match settings.kind:
        case "model":
            return not any(one.kind in _UNUSABLE for one in plan.findings)  # and accepted as such
        case "dataset":
            # Splits must read from the folder what is published: a split may be left out, and it follows no links.
            return not settings.ignore and not any(
                one.is_symlink() and one.is_dir() for one in folder.rglob("*")
            )
        case "space":
            return False


def _holds(now: PublishPlan, plan: PublishPlan) -> bool:
    """Say whether a folder still has what was planned: of a plan that was carried out long ago it need not."""
    one, other = ({(file.path, file.sha256) for file in each.files if file.sha256} for each in (now, plan))
    return one == other


def _refuse(plan: PublishPlan) -> None:
    if plan.errors:
        first, *others = plan.errors
        more = f", and {counted(len(others), 'more error')}" if others else ""
        error = RefusedFolderError(
            f"{plan.folder} is not published: {first.message}{more}",
            hint=first.hint
            if first.kind == "invalid_card"
            else f"{first.hint}; or accept=({first.kind!r},) if it is meant",
        )
        error.plan = plan
        raise error


def _overtaken(settings: PublishSettings, now: Planned) -> OvertakenError:
    error = OvertakenError(
        f"{settings.repository} or the folder has changed since the plan was made; nothing was committed",
        hint="print(error.plan) shows what would be done now; publish that plan if it is right",
    )
    error.plan = now.plan
    return error


def _publication(
    asking: Asking, settings: PublishSettings, plan: PublishPlan, made: MadeCommit
) -> Publication:
    place = "" if settings.kind == "model" else f"{settings.kind}s/"
    at = f"discussions/{made.pull_request}" if made.pull_request else f"commit/{made.commit}"
    return Publication(
        repository=settings.repository,
        kind=settings.kind,
        url=f"{shown_endpoint(asking.api.endpoint)}/{place}{settings.repository}/{at}",
        commit=made.commit,
        parent=made.parent,
        pull_request=made.pull_request,
        tag=settings.tag,
        files=plan.files,
        bytes=plan.upload_bytes,
        card=plan.card,
        verified=None,
        findings=plan.findings,
    )


def _verify(
    asking: Asking,
    settings: PublishSettings,
    publication: Publication,
    outputs: Callable[[Path], Outputs | None],
    before: Outputs | None,
) -> Verification:
    """Compare what arrives with what was sent.

    Raises:
        UnprovenPublicationError: it is something else.
    """
    with fetched(asking, settings, publication) as fresh:
        wrong = differing_files(publication.files, fresh)
        if wrong:
            others = f" and {counted(len(wrong) - 1, 'other')}" if len(wrong) > 1 else ""
            raise _unproven(publication, f"{wrong[0]}{others} arrived with other bytes, or not at all")
        files = [change for change in publication.files if change.change != "deleted"]
        size = sum(change.bytes for change in files)
        if before is None:
            return Verification(files=len(files), bytes=size)
        after = outputs(fresh)
        if after is None:
            raise _unproven(publication, f"{before.verb} does not open what arrived")
        place = before.differs_at(after)
        if place is not None:
            what = "split" if settings.kind == "dataset" else "probe"
            raise _unproven(publication, f"{before.verb} gives something else on {what} {place}")
        return Verification(files=len(files), bytes=size, verb=before.verb, probes=len(before.decisions))


def _unproven(publication: Publication, fault: str) -> UnprovenPublicationError:
    error = UnprovenPublicationError(
        f"{publication.repository} at {publication.commit} is not what was sent: {fault}",
        hint="look at what else lies in the repository, and at its .gitignore; then publish again",
    )
    error.publication = publication
    return error
