"""What goes wrong on purpose, where, and how many times."""

from __future__ import annotations

import fnmatch
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from hfkit.errors import SettingError

from .steps import step_names

if TYPE_CHECKING:
    from .steps import HubStep

__all__ = [
    "CutAnswer",
    "DropConnection",
    "FailWith",
    "FaultPlan",
    "HubFault",
    "Overtake",
    "RequestMatch",
    "Wait",
]


@dataclass(frozen=True, slots=True)
class FailWith:
    """Answer with a status of failure; what was asked is not done."""

    status: int
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """Do what was asked, and close the connection after so many bytes of the answer."""

    after: int


@dataclass(frozen=True, slots=True)
class DropConnection:
    """Close the connection without an answer; what was asked is not done."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Answer so many seconds later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Overtake:
    """Let somebody else commit to the same revision first."""


HubFault: TypeAlias = FailWith | CutAnswer | DropConnection | Wait | Overtake


@dataclass(frozen=True, slots=True)
class RequestMatch:
    """Requests by their method and path.

    >>> RequestMatch("GET", "*/resolve/*/*.safetensors").matches("GET", "/org/model/resolve/main/model.safetensors")
    True

    Attributes:
        method: ``"GET"``, ``"POST"`` and so on; None for any.
        path: a pattern of the path, still quoted, in which ``*`` stands for anything.
    """

    method: str | None = None
    path: str = "*"

    def matches(self, method: str, path: str) -> bool:
        """Say whether a request is meant."""
        return self.method in (None, method) and fnmatch.fnmatchcase(path, self.path)


class FaultPlan:
    """The faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[HubFault, HubStep | RequestMatch]] = []

    def add(self, fault: HubFault, where: HubStep | RequestMatch, times: int) -> None:
        """Plan a fault for the next requests that match.

        Raises:
            SettingError: there is no such step, or ``times`` is less than one.
        """
        if not isinstance(where, RequestMatch) and where not in step_names():
            raise SettingError(
                f"where={where!r} is no step of a hub; there are {', '.join(map(repr, step_names()))}",
                hint="name one of them, or give a RequestMatch",
            )
        if times < 1:
            raise SettingError(
                f"times={times} must be 1 or more", hint="say how many requests are to go wrong"
            )
        with self._lock:
            self._waiting += [(fault, where)] * times

    def take(self, step: HubStep, method: str, path: str) -> HubFault | None:
        """Give the fault of a request, once."""
        with self._lock:
            for place, (fault, where) in enumerate(self._waiting):
                if where.matches(method, path) if isinstance(where, RequestMatch) else where == step:
                    del self._waiting[place]
                    return fault
        return None

    @property
    def waiting(self) -> int:
        """How many have not happened yet."""
        with self._lock:
            return len(self._waiting)
