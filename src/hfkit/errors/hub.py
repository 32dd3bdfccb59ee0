"""Where models come from."""

from __future__ import annotations

from .root import HfkitError

__all__ = [
    "AccessError",
    "GatedRepositoryError",
    "HashMismatchError",
    "HubError",
    "LockError",
    "MovedRepositoryError",
    "OfflineError",
    "PrivateRepositoryError",
    "RateLimitError",
    "TokenError",
    "UnknownRevisionError",
]


class HubError(HfkitError):
    """Something between here and where models are kept."""


class OfflineError(HubError, ConnectionError):
    """What is asked for is not on this machine and the hub cannot be reached.

    Attributes:
        cached: the repositories of the same kind of which something is in the cache.
    """

    cached: tuple[str, ...] = ()


class AccessError(HubError, PermissionError):
    """The hub does not let the one who asks read a repository, or write to it."""


class GatedRepositoryError(AccessError):
    """The repository is gated: its owner lets people in one by one."""


class PrivateRepositoryError(AccessError):
    """The repository was seen from here before, and is not shown any more: it is private now, or gone."""


class TokenError(AccessError):
    """The hub does not know the token, or there is none where one is needed."""


class MovedRepositoryError(HubError):
    """The repository has another name now.

    Attributes:
        new_name: the name.
    """

    new_name: str | None = None


class UnknownRevisionError(HubError, FileNotFoundError):
    """The repository has no branch, tag or commit of that name."""


class RateLimitError(HubError):
    """The hub was asked too often.

    Attributes:
        retry_after: after how many seconds it will answer again; None if it did not say.
    """

    retry_after: int | None = None


class LockError(HubError):
    """A lock does not have what is to be opened, or cannot be read."""


class HashMismatchError(HubError):
    """The bytes that are there are not the bytes that were pinned.

    Attributes:
        files: the files, where several could be meant.
    """

    files: tuple[str, ...] = ()
