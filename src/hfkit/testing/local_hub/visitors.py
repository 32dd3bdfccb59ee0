"""Who asks: a token's owner, and what that owner may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .refusal import HubRefusedError

__all__ = ["HubRole", "HubTokens", "Visitor"]

HubRole: TypeAlias = Literal["anonymous", "stranger", "reader", "writer"]
"""``"writer"`` and ``"reader"`` are two tokens of one user, who belongs to every organization."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One who asks."""

    role: HubRole

    @property
    def name(self) -> str:
        """The user's name."""
        return {"writer": "tester", "reader": "tester"}.get(self.role, self.role)

    @property
    def is_member(self) -> bool:
        """Whether private and gated repositories are open."""
        return self.role in ("reader", "writer")

    def check_write(self) -> None:
        """Refuse those who may not write.

        Raises:
            HubRefusedError: the visitor's token does not allow it.
        """
        if self.role == "anonymous":
            raise HubRefusedError("anonymous", "Invalid username or password.")
        if self.role != "writer":
            raise HubRefusedError(
                "forbidden", "You don't have the rights to write here; your token must have write access"
            )


def _token(role: str) -> str:
    return f"hf_local_{role}_{secrets.token_hex(12)}"


@dataclass(frozen=True, slots=True)
class HubTokens:
    """The tokens of a hub; each hub has its own, and no text shows them."""

    writer: str = field(default_factory=lambda: _token("writer"), repr=False)
    reader: str = field(default_factory=lambda: _token("reader"), repr=False)
    stranger: str = field(default_factory=lambda: _token("stranger"), repr=False)

    def visitor(self, authorization: str | None) -> Visitor:
        """Say who asks by the header of that name.

        Raises:
            HubRefusedError: the token is none of this hub's.
        """
        if authorization is None:
            return Visitor("anonymous")
        owners: dict[str, HubRole] = {self.writer: "writer", self.reader: "reader", self.stranger: "stranger"}
        role = owners.get(authorization.removeprefix("Bearer "))
        if role is None:
            raise HubRefusedError("bad-token", "Invalid credentials in Authorization header")
        return Visitor(role)
