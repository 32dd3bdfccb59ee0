"""What keeps a text from being read."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["Unreadable", "why_unreadable"]

Unreadable: TypeAlias = Literal["missing", "blank", "invalid_unicode"]
"""There is no text, nothing but blanks in it, or half of a surrogate pair."""


def why_unreadable(text: str | None) -> Unreadable | None:
    r"""Say why a text cannot be read; None where it can.

    >>> why_unreadable(" \n"), why_unreadable("half \ud83d"), why_unreadable("whole")
    ('blank', 'invalid_unicode', None)
    """
    if text is None:
        return "missing"
    if not text or text.isspace():
        return "blank"
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "invalid_unicode"
    return None
