"""The card that a folder is published with: the person's text, and hfkit's parts in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hfkit.text.cards import card_difference, has_metadata, merge_card, own_keys
from hfkit.values.publish_plan import PublishFinding

from .card_metadata import card_faults, card_metadata
from .card_section import card_section
from .remote import README

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hfkit.values.publish_settings import PublishSettings

    from .folder_files import FolderFile
    from .remote import Remote
    from .subject import FolderSubject

__all__ = ["PlannedCard", "plan_card"]

_INTENDED = """
## Intended use

_What is it for, and what is it not for? This part is yours: hfkit keeps what you write outside of its marks._
"""


@dataclass(frozen=True, slots=True)
class PlannedCard:
    """A README.md as it would be.

    Attributes:
        text: what it would say; None where there would be none.
        content: the bytes that would be published; None where it is left alone.
        difference: what would change in the repository's.
        findings: what is wrong with it.
        licensed: whether it names a license.
    """

    text: str | None
    content: bytes | None
    difference: str
    findings: tuple[PublishFinding, ...]
    licensed: bool


def plan_card(
    settings: PublishSettings, subject: FolderSubject, files: Mapping[str, FolderFile], remote: Remote
) -> PlannedCard:
    """Write the card on what is there already."""
    own = files.get(README)
    local = None if own is None else own.head(own.size)
    content, findings = _kept(settings, local, remote.readme)
    try:
        card = (content or b"").decode("utf-8")
        before = (remote.readme or b"").decode("utf-8", "replace")
    except UnicodeDecodeError:
        findings.append(_invalid("it is no UTF-8"))
        return PlannedCard(None, content, "", tuple(findings), licensed=False)
    theirs = card_faults(card)  # before hfkit's lines might complete what is broken
    writes = settings.write_card and settings.kind != "space"
    if writes:
        metadata, section = card_metadata(settings, subject), card_section(settings, subject)
        fresh = not card.strip()
        title = settings.repository.partition("/")[2]
        card = merge_card(card, title=title, metadata=metadata, section=section)
        card += _INTENDED if fresh and subject.is_model else ""
    if content is None and not card:
        return PlannedCard(None, None, "", tuple(findings), licensed=False)
    findings += [_invalid(theirs)] if theirs else _findings(settings, card)
    return PlannedCard(
        card,
        card.encode() if writes or local is not None else None,
        card_difference(before, card),
        tuple(findings),
        licensed=(writes and settings.license is not None) or "license" in own_keys(card),
    )


def _kept(
    settings: PublishSettings, local: bytes | None, remote: bytes | None
) -> tuple[bytes | None, list[PublishFinding]]:
    """Choose whose README.md the person's part is."""
    if local is None or remote is None or local == remote:
        return (remote if local is None else local), []
    if settings.readme == "folder":
        return local, []
    finding = PublishFinding(
        kind="other_readme",
        severity="warning",
        path=README,
        message="the folder has another README.md than the repository, whose text is kept",
        hint="set readme='folder' to publish the folder's",
    )
    return remote, [finding]


def _findings(settings: PublishSettings, card: str) -> Iterator[PublishFinding]:
    """Look at a card as the hub will."""
    fault = card_faults(card)
    if fault:
        yield replace(
            _invalid(fault),
            message=f"hfkit's lines do not fit into the metadata of README.md: {fault}",
            hint="write the metadata as lines of name: value, or set write_card=False",
        )
    elif settings.kind != "space" and not has_metadata(card):
        yield PublishFinding(
            kind="no_metadata",
            severity="warning",
            path=README,
            message="README.md has no metadata, so that nobody finds it by what it is",
            hint="leave write_card=True, or begin it with lines of YAML between two ---",
        )


def _invalid(fault: str) -> PublishFinding:
    return PublishFinding(
        kind="invalid_card",
        severity="error",
        path=README,
        message=f"the metadata of README.md cannot be read: {fault}",
        hint="mend the lines between the two ---, or set readme='folder' and mend it there",
    )
