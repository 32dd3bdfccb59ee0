"""What a hub says when it does not do as asked."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["HubRefusedError", "Refusal"]

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


class HubRefusedError(Exception):
    """The hub refuses; the server puts it into a status and headers.

    Attributes:
        refusal: what kind of refusal it is, such as ``"no-revision"``.
        message: the sentence.
    """

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.message = message
