"""All repositories of a hub: who may see which, and one change at a time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from .refusal import HubRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .repositories import HubRepository
    from .signing_in import HubLogins
    from .visitors import Visitor

__all__ = ["HubState", "MovedError", "url_prefix"]

_Key: TypeAlias = tuple[str, str]


class MovedError(Exception):
    """The repository has another name now."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class HubState:
    """The repositories as they are now; each is a value, replaced as a whole under a lock.

    Attributes:
        endpoint: where clients ask.
        storage: where LFS objects lie: the same server under another name.
        page: how many entries of a list go into one answer.
        logins: those who log in with a browser.
    """

    def __init__(self, *, page: int, logins: HubLogins) -> None:
        self.endpoint = ""
        self.storage = ""
        self.page = page
        self.logins = logins
        self._lock = threading.RLock()
        self._repositories: dict[_Key, HubRepository] = {}
        self._moved: dict[_Key, str] = {}
        self._secret = secrets.token_bytes(16)

    def all(self) -> tuple[HubRepository, ...]:
        """Give every repository."""
        with self._lock:
            return tuple(self._repositories.values())

    def get(self, kind: str, name: str) -> HubRepository:
        """Give a repository to one who may see everything.

        Raises:
            HubRefusedError: there is none.
        """
        with self._lock:
            if (kind, name) not in self._repositories:
                raise HubRefusedError("no-repository", "Repository not found")
            return self._repositories[kind, name]

    def see(self, visitor: Visitor, place: Mapping[str, str]) -> HubRepository:
        """Give the repository that a request names, if the visitor may know that it is there.

        Raises:
            HubRefusedError: there is none, as far as the visitor may know.
            MovedError: it has another name now.
        """
        key = place["kind"], place["name"]
        with self._lock:
            repository = self._repositories.get(key)
            if repository is None and key in self._moved:
                raise MovedError(self._moved[key])
        if repository is not None and (visitor.is_member or not repository.private):
            return repository
        if visitor.role == "anonymous":
            raise HubRefusedError("hidden", "Invalid username or password.")
        raise HubRefusedError("no-repository", "Repository not found")

    def read(self, visitor: Visitor, place: Mapping[str, str]) -> HubRepository:
        """Give the repository that a request names, if the visitor may read its files.

        Raises:
            HubRefusedError: there is none, or it is gated.
            MovedError: it has another name now.
        """
        repository = self.see(visitor, place)
        if repository.gated and not visitor.is_member:
            raise HubRefusedError(
                "gated",
                f"Access to {repository.kind} {repository.name} is restricted. You must be in the authorized list.",
            )
        return repository

    def write(self, visitor: Visitor, place: Mapping[str, str]) -> HubRepository:
        """Give the repository that a request names, if the visitor may write to it.

        Raises:
            HubRefusedError: there is none, or the visitor may not.
            MovedError: it has another name now.
        """
        repository = self.see(visitor, place)
        visitor.check_write()
        return repository

    def add(self, repository: HubRepository) -> None:
        """Add a new repository.

        Raises:
            HubRefusedError: the name is taken.
        """
        with self._lock:
            key = repository.kind, repository.name
            if key in self._repositories:
                raise HubRefusedError(
                    "conflict", f"You already created this {repository.kind} repo: {repository.name}"
                )
            self._moved.pop(key, None)
            self._repositories[key] = repository

    def change(
        self, repository: HubRepository, step: Callable[[HubRepository], HubRepository]
    ) -> HubRepository:
        """Replace a repository by what a step makes of its newest state; nobody comes between.

        Raises:
            HubRefusedError: it is gone, or the step refuses.
        """
        with self._lock:
            changed = step(self.get(repository.kind, repository.name))
            self._repositories[repository.kind, repository.name] = changed
            return changed

    def remove(self, repository: HubRepository) -> None:
        """Forget a repository.

        Raises:
            HubRefusedError: it is gone already.
        """
        with self._lock:
            self.get(repository.kind, repository.name)
            del self._repositories[repository.kind, repository.name]

    def move(self, repository: HubRepository, renamed: HubRepository) -> None:
        """Give a repository another name; the old one leads to it.

        Raises:
            HubRefusedError: the new name is taken.
        """
        with self._lock:
            self.add(renamed)
            self.remove(repository)
            self._moved[repository.kind, repository.name] = renamed.name

    def sign(self, repository: HubRepository, sha256: str, *, size: int, method: str) -> str:
        """Give an address of an LFS object that needs no token."""
        path = f"/storage/{repository.kind}s/{repository.name}/{sha256}"
        return f"{self.storage}{path}?size={size}&signature={self._signature(path, size, method)}"

    def check_signature(self, visitor: Visitor, path: str, query: Mapping[str, str], method: str) -> None:
        """Refuse an address that :meth:`sign` did not give, and a token that has no business there.

        Raises:
            HubRefusedError: it did not, or there is a token.
        """
        if visitor.role != "anonymous":
            raise HubRefusedError(
                "bad-request", "Only one auth mechanism allowed: the address is signed already"
            )
        size = query.get("size", "")
        method = "GET" if method == "HEAD" else method
        wanted = self._signature(path, int(size) if size.isdecimal() else -1, method)
        if not hmac.compare_digest(query.get("signature", "").encode(), wanted.encode()):
            raise HubRefusedError("forbidden", "The request signature does not match")

    def _signature(self, path: str, size: int, method: str) -> str:
        text = f"{method} {path} {size}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()

    @staticmethod
    def now() -> datetime:
        """Give the date of a commit that is made now, to the millisecond, as the hub tells it."""
        date = datetime.now(UTC)
        return date.replace(microsecond=date.microsecond // 1000 * 1000)


def url_prefix(kind: str) -> str:
    """Give what stands before the name of a repository in its address.

    >>> url_prefix("dataset"), url_prefix("model")
    ('datasets/', '')
    """
    return "" if kind == "model" else f"{kind}s/"
