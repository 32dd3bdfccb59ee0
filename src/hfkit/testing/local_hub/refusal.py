"""What a hub says when it does not do as asked."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["Refusal", "RefusedError"]

Refusal: TypeAlias = Literal[
    "anonymous",
    "bad-request",
    "bad-token",
    "conflict",
    "forbidden",
    "gated",
    "hidden",
    "no-entry",
    "no-repository",
    "no-revision",
    "stale-parent",
    "unknown",
]


class RefusedError(Exception):
    """The hub refuses; the server puts it into a status and headers."""

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.message = message
