"""Publish: put a folder on the hub, see the change first, and prove that it arrived."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from hfkit._lazy import reach
from hfkit.values.publish_settings import PublishSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from hfkit.data.labelled import Labelled
    from hfkit.data.squad import Squad
    from hfkit.data.tagged import Tagged
    from hfkit.data.texts import Texts
    from hfkit.values.inputs import Question, TagInput, TextInput
    from hfkit.values.publish_plan import PublishFindingKind, PublishPlan
    from hfkit.values.publish_result import Publication
    from hfkit.values.publish_settings import CardOwner, PublishKind
    from hfkit.values.report import Report
    from hfkit.values.runtime import Runtime

__all__ = ["Publish", "PublishChanges"]


class PublishChanges(TypedDict, total=False):
    """The settings of Publish, for ``with_``."""

    repository: str
    kind: PublishKind
    private: bool
    branch: str
    tag: str | None
    pull_request: bool
    ignore: tuple[str, ...]
    delete: tuple[str, ...]
    message: str | None
    license: str | None
    reports: tuple[Report, ...]
    write_card: bool
    readme: CardOwner
    accept: tuple[PublishFindingKind, ...]
    verify: bool
    attempts: int
    endpoint: str | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Publish(PublishSettings):
    """Put a folder on the hub as one commit: a model, an adapter, a tokenizer, a dataset or a Space.

    ``plan`` shows what would change; a call changes exactly that, fetches it again, and compares bytes and outputs.
    A call that was interrupted, at whatever moment, leaves the old commit or the new one, and may be made again:
    large files that have arrived are not sent twice.

    The token is that of ``hf auth login`` or ``HF_TOKEN``; no setting holds it.

    Raises:
        SettingError: a setting is out of its range, or holds a secret.

    >>> publish = Publish("me/mnli", private=True)
    >>> publish.with_(tag="v1.0")
    Publish('me/mnli', private=True, tag='v1.0')
    """

    def plan(self, folder: str | os.PathLike[str], /) -> PublishPlan:
        """Say what would be changed in the repository, and what is wrong with the folder; writes nothing.

        Raises:
            PublishError: the folder cannot be read.
            HubError: the hub refuses; a subclass says why, or that it does not answer.
            SettingError: what is given names no folder.
        """
        plan = cast(
            "Callable[[PublishSettings, str | os.PathLike[str]], PublishPlan]",
            reach("hfkit.jobs.publishing.publishing", "plan_folder"),
        )
        return plan(self, folder)

    def __call__(
        self,
        what: PublishPlan | str | os.PathLike[str],
        /,
        *,
        probes: Sequence[TextInput]
        | Sequence[Question]
        | Sequence[TagInput]
        | Labelled
        | Squad
        | Tagged
        | Texts
        | None = None,
    ) -> Publication:
        """Publish a folder, or exactly what a plan says.

        Args:
            what: the folder, which is planned and published in one; or a plan, which is carried out if it still holds.
            probes: inputs on which what arrives is compared with the folder; None for a few of hfkit's own.

        Raises:
            RefusedFolderError: something in the folder must be put right first; ``error.plan`` has all of it.
            OvertakenError: the repository or the folder changed since the plan; ``error.plan`` is that of now.
            UnprovenPublicationError: what arrives is not what was sent.
            PublishError: the folder cannot be read.
            HubError: the hub refuses; a subclass says why, or that it does not answer.
            ModelError: the folder cannot be opened; nothing is published then.
            SettingError: the plan is one of other settings, or what is given names no folder.
        """
        publish = cast(
            "Callable[[PublishSettings, PublishPlan | str | os.PathLike[str], object], Publication]",
            reach("hfkit.jobs.publishing.publishing", "publish"),
        )
        return publish(self, what, probes)

    def with_(self, **changes: Unpack[PublishChanges]) -> Self:
        """Give a Publish with some settings changed."""
        return replace(self, **changes)
