"""Tokens and keys by the form of their text: they must not be published, and are never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hfkit.errors import SettingError

__all__ = ["FoundSecret", "find_secrets", "require_no_secret", "require_no_token", "without_secrets"]

_OF_THE_HUB = "Hugging Face token"

# Forms that are nothing else but a secret: what merely looks random is in every vocabulary. Each with texts
# of which it holds one; they are looked for first, which is far faster.
_FORMS: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    kind: (literals, re.compile(rf"(?<![A-Za-z0-9]){form}"))
    for kind, literals, form in (
        (_OF_THE_HUB, ("hf_", "api_org_"), r"(?:hf_(?:[a-z]+_){0,3}|api_org_)[A-Za-z0-9]{24,}"),
        ("AWS key", ("AKIA", "ASIA"), r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
        (
            "GitHub token",
            ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
            r"(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})",
        ),
        ("GitLab token", ("glpat-",), r"glpat-[A-Za-z0-9_-]{20}"),
        ("Google key", ("AIza",), r"AIza[A-Za-z0-9_-]{35}"),
        ("Slack token", ("xox",), r"xox[abeoprs]-[A-Za-z0-9-]{20}"),
        ("model provider's key", ("sk-",), r"sk-(?:[a-z]+-)?(?:[a-z0-9]+-)?[A-Za-z0-9_-]{32}"),
        ("private key", ("PRIVATE KEY",), r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----"),
    )
}


# A form says how one begins: of a key on many lines all lines are the key, of others what follows without a blank.
_REST_OF_LINES = r"(?:[\S\s]*?-----END (?:[A-Z]+ ){0,3}PRIVATE KEY-----|[\S\s]*)"
_REST_OF_WORD = r"[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"


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
    places = sorted(
        (match.start(), kind)
        for kind, (literals, form) in _FORMS.items()
        if any(literal in text for literal in literals)
        for match in form.finditer(text)
    )
    found, line, read = [], 1, 0
    for place, kind in places:
        line += text.count("\n", read, place)
        read = place
        found.append(FoundSecret(kind, line))
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


def require_no_token(name: str, value: object) -> None:
    """Refuse the name of a model or of data that holds a token: names are sent, logged and shown.

    Raises:
        SettingError: it does.
    """
    if any(secret.kind == _OF_THE_HUB for secret in find_secrets(str(value))):
        raise SettingError(
            f"{name} holds a {_OF_THE_HUB}, must be a name alone: names are sent and shown",
            hint="log in with `hf auth login`, or set HF_TOKEN; then hfkit finds the token by itself",
        )


def without_secrets(text: str) -> str:
    r"""Take tokens and keys out of a text that is shown.

    >>> without_secrets("key: AKIA" + "A1B2C3D4" * 2)
    'key: [AWS key]'
    """
    for kind, (literals, form) in _FORMS.items():
        if any(literal in text for literal in literals):
            rest = _REST_OF_LINES if kind == "private key" else _REST_OF_WORD
            text = re.sub(form.pattern + rest, f"[{kind}]", text)
    return text
