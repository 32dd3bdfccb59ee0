"""Between a folder and its repository on the hub."""

from __future__ import annotations

from typing import Protocol

from .root import HfkitError

__all__ = ["OvertakenError", "PublishError", "RefusedFolderError", "UnprovenPublicationError"]


class TellsPublication(Protocol):
    """A plan, or what was published; ``hfkit.PublishPlan`` and ``hfkit.Publication`` are two."""

    def to_dict(self) -> dict[str, object]:
        """Give it as a dict of JSON values."""
        ...


class PublishError(HfkitError):
    """A folder cannot be published as it was asked."""


class RefusedFolderError(PublishError):
    """Something in a folder must be put right before anybody else may see it; nothing was sent.

    Attributes:
        plan: what would have been done, and all that was found; ``print(error.plan)`` shows it.
    """

    plan: TellsPublication | None = None


class OvertakenError(PublishError):
    """The repository or the folder is no longer what it was when the plan was made; nothing was committed.

    Attributes:
        plan: what would be done now.
    """

    plan: TellsPublication | None = None


class UnprovenPublicationError(PublishError):
    """A commit was made, and what arrives from it is not what was sent, or gives other outputs.

    Attributes:
        publication: what was committed.
    """

    publication: TellsPublication | None = None
