"""Tokens and keys by the form of their text: they must not be published, and are never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hfkit.errors import SettingError

__all__ = ["FoundSecret", "find_secrets", "require_no_secret"]

# Forms that are nothing else but a secret: what merely looks random is in every vocabulary.
_FORMS = {
    "Hugging Face token": r"(?<![A-Za-z0-9])(?:hf_(?:[a-z]+_){0,3}|api_org_)[A-Za-z0-9]{24,}",
    "AWS key": r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    "GitHub token": r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})",
    "GitLab token": r"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20}",
    "Google key": r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}",
    "Slack token": r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{20}",
    "model provider's key": r"(?<![A-Za-z0-9])sk-(?:[a-z]+-)?(?:[a-z0-9]+-)?[A-Za-z0-9_-]{32}",
    "private key": r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----",
}
_ANY = re.compile("|".join(f"({form})" for form in _FORMS.values()))
_KINDS = tuple(_FORMS)


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """Where a secret stands; not what it is.

    Attributes:
        kind: whose it is.
        line: the line, from 1.
    """

    kind: str
    line: int


def find_secrets(text: str) -> tuple[FoundSecret, ...]:
    r"""Find tokens and keys in a text, in their order.

    >>> find_secrets("user: me\nkey: AKIA" + "A1B2C3D4" * 2)
    (FoundSecret(kind='AWS key', line=2),)
    """
    found, line, read = [], 1, 0
    for match in _ANY.finditer(text):
        line += text.count("\n", read, match.start())
        read = match.start()
        found.append(FoundSecret(_KINDS[(match.lastindex or 1) - 1], line))
    return tuple(found)


def require_no_secret(name: str, value: object) -> None:
    """Refuse a setting that holds a secret; the error does not show it.

    Raises:
        SettingError: it does.
    """
    texts = value if isinstance(value, tuple) else (value,)
    for text in texts:
        for secret in find_secrets(str(text)):
            raise SettingError(
                f"{name} holds a {secret.kind}, must hold none: what is published can be read by others",
                hint="log in with `hf auth login`, or set HF_TOKEN; then hfkit finds the token by itself",
            )
