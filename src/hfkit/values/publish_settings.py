"""Where a folder is published, and how: the settings of Publish."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, field, fields
from typing import Literal, TypeAlias, get_args

from hfkit.errors import SettingError

from .constraints import require_choice, require_kind, require_text, require_texts, require_whole
from .publish_plan import PublishFindingKind
from .publish_secrets import require_no_secret
from .report import Report
from .runtime import Runtime
from .shown import shown_settings

__all__ = ["CardOwner", "PublishKind", "PublishSettings"]

PublishKind: TypeAlias = Literal["model", "dataset", "space"]
"""What a repository is for: models, adapters and tokenizers are ``"model"``."""

CardOwner: TypeAlias = Literal["repository", "folder"]
"""Whose README.md is kept where both have one."""

# What the hub allows: no more, or the client complains in the midst of it.
_REPOSITORY = re.compile(
    r"(?!.*(?:--|\.\.))(?!.*\.git$)[a-z0-9](?:[\w.-]{0,94}\w)?/\w(?:[\w.-]{0,94}\w)?",
    re.ASCII | re.IGNORECASE,
)

# What git allows, or nearly: a name that it refuses would come to light once the commit is made.
_GIT_NAME = re.compile(
    r"(?!.*(?:\.\.|//|/\.|@\{|\.lock$))[^\s~^:?*\[\\/.-](?:[^\s~^:?*\[\\]*[^\s~^:?*\[\\/.])?"
)

_ENDPOINT = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#@]*)?")


@dataclass(frozen=True, slots=True, repr=False)
class PublishSettings:
    """Where a folder is published, and how.

    Attributes:
        repository: ``"owner/name"``; it is made if it is not there.
        kind: what the repository is for: ``"model"`` (adapters and tokenizers too), ``"dataset"`` or ``"space"``.
        private: whether a repository that is made is private, and one that is there must be.
        branch: which is committed to.
        tag: a name for the commit, such as ``"v1.0"``; None for none.
        pull_request: propose the commit instead of making it.
        ignore: patterns of files in the folder that are not published, such as ``"checkpoint-*/*"``.
        delete: patterns of files that are deleted in the repository where the folder has none of that name; nothing
            else is ever deleted.
        message: the first line of the commit; None for one that says what changed.
        license: the model's license by its name on the hub, such as ``"apache-2.0"``, for the card; None for none.
        reports: evaluations of this very folder, whose figures go into the card.
        write_card: whether hfkit writes its part of the README.md. What a person wrote there is kept in any case.
        readme: whose README.md the person's part is, where the folder and the repository have different ones.
        accept: kinds of findings that would be refused, and are to be published all the same.
        verify: download what was committed, and compare its bytes and its outputs with the folder's.
        attempts: how often a request is made that fails in passing, at least 1.
        endpoint: the address of the hub; None for ``HF_ENDPOINT``, or the public one.
        runtime: where and how the model runs while it is compared; its ``progress`` says whether bars are drawn.

    Raises:
        SettingError: a setting is out of its range.
    """

    repository: str
    _: KW_ONLY
    kind: PublishKind = "model"
    private: bool = False
    branch: str = "main"
    tag: str | None = None
    pull_request: bool = False
    ignore: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    message: str | None = None
    license: str | None = None
    reports: tuple[Report, ...] = field(default=(), repr=False)
    write_card: bool = True
    readme: CardOwner = "repository"
    accept: tuple[PublishFindingKind, ...] = ()
    verify: bool = True
    attempts: int = 5
    endpoint: str | None = None
    runtime: Runtime = Runtime(progress="never")

    def __post_init__(self) -> None:
        for setting in fields(self):
            if setting.name not in ("reports", "runtime"):
                require_no_secret(setting.name, getattr(self, setting.name))
        named: object = self.repository
        if not isinstance(named, str) or not _REPOSITORY.fullmatch(named):
            raise SettingError(
                f"repository is {self.repository!r}, must be 'owner/name'",
                hint="name the user or the organization too, such as 'me/my-model'; of letters, digits, '-', '_', '.'",
            )
        require_choice("kind", self.kind, get_args(PublishKind))
        require_choice("readme", self.readme, get_args(CardOwner))
        for name in ("private", "pull_request", "write_card", "verify"):
            require_kind(name, getattr(self, name), (bool,))
        require_text("branch", self.branch)
        for name in ("tag", "message", "license", "endpoint"):
            if getattr(self, name) is not None:
                require_text(name, getattr(self, name))
        self._require_names()
        require_texts("ignore", self.ignore)
        require_texts("delete", self.delete)
        require_texts("accept", self.accept)
        self._require_acceptable()
        require_kind("reports", self.reports, (tuple,))
        for report in self.reports:
            require_kind("reports", report, (Report,))
        require_whole("attempts", self.attempts, least=1, required=True)
        require_kind("runtime", self.runtime, (Runtime,))
        if self.tag is not None and self.pull_request:
            raise SettingError(
                f"tag is {self.tag!r} with pull_request=True, must be None then",
                hint="tag the commit that merges the pull request",
            )

    def __repr__(self) -> str:
        return shown_settings(self)

    def _require_names(self) -> None:
        for name, value in (("branch", self.branch), ("tag", self.tag)):
            if value is not None and not _GIT_NAME.fullmatch(value):
                raise SettingError(
                    f"{name} is {value!r}, must be a name that git allows",
                    hint="use letters, digits, '-', '_', '.' and '/', such as 'v1.0'",
                )
        if self.endpoint is not None and not _ENDPOINT.fullmatch(self.endpoint):
            shown = "an address with a name in it" if "@" in self.endpoint else repr(self.endpoint)
            raise SettingError(
                f"endpoint is {shown}, must be the address of a hub alone",
                hint="for example endpoint='https://hub.example.org'; whose hub it is, the token says",
            )

    def _require_acceptable(self) -> None:
        for kind in self.accept:
            require_choice("accept", kind, get_args(PublishFindingKind))
            if kind == "invalid_card":
                raise SettingError(
                    "accept is 'invalid_card', which no hub accepts",
                    hint="mend README.md, or name it in ignore=(...)",
                )
