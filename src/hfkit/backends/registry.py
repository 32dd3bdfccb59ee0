"""Backends by name: hfkit's own, those registered here, and those that packages declare."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from hfkit.errors import BackendError, MissingDependencyError, SettingError, UnknownBackendError
from hfkit.values.suggestion import did_you_mean

from .protocols import Backend

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint

__all__ = ["ENTRY_POINT_GROUP", "backend_names", "find_backend", "register_backend"]

ENTRY_POINT_GROUP = "hfkit.backends"
"""The entry point group under which other packages declare a backend: ``name = "module:factory"``."""

# In the order in which "auto" tries them: the fastest exact one first.
_OWN = {"torch": ("hfkit.backends.torch", "TorchBackend")}

_registered: dict[str, Callable[[], Backend]] = {}

C = TypeVar("C")


def register_backend(name: str, factory: Callable[[], Backend]) -> None:
    """Make a backend known in this process; packages declare an entry point instead.

    Args:
        name: what ``Runtime(backend=...)`` will choose it by.
        factory: makes the backend; called without arguments when it is first asked for.

    Raises:
        SettingError: the name is ``"auto"`` or one of hfkit's own.
    """
    if name == "auto" or name in _OWN:
        raise SettingError(f"backend name {name!r} is taken by hfkit", hint="choose another name")
    _registered[name] = factory


def backend_names() -> tuple[str, ...]:
    """Give the names of all backends, installed or declared, sorted."""
    return tuple(sorted({*_OWN, *_registered, *_declared()}))


def find_backend(name: str, *, capability: type[C]) -> tuple[str, C]:
    """Find a backend that can do a thing.

    Args:
        name: a backend's name, or ``"auto"`` for the first of hfkit's own that is ready.
        capability: the protocol that it must have, such as ``OpensScorers``.

    Returns:
        The backend's name and the backend.

    Raises:
        UnknownBackendError: no backend has that name.
        MissingDependencyError: the backend is there, what it stands on is not.
        BackendError: the backend cannot do that.
    """
    names = tuple(_OWN) if name == "auto" else (name,)
    lacking = ""
    for candidate in names:
        backend = _make(candidate)
        missing = backend.missing()
        if missing is not None:
            lacking = lacking or missing
            continue
        if isinstance(backend, capability):
            return candidate, backend
        if name != "auto":
            raise BackendError(
                f"backend {name!r} cannot do this: it is no {capability.__name__}",
                hint="choose another backend",
            )
    raise MissingDependencyError(f"backend {name!r} needs packages that are not installed", hint=lacking)


def _make(name: str) -> Backend:
    if name in _OWN:
        module, attribute = _OWN[name]
        made: object = getattr(import_module(module), attribute)()
    elif name in _registered:
        made = _registered[name]()
    elif name in (declared := _declared()):
        made = declared[name]()
    else:
        known = ("auto", *backend_names())
        raise UnknownBackendError(
            f"backend {name!r} is not one of {list(known)}",
            hint=did_you_mean(name, known)
            or "install the package that declares it, or register_backend() it",
        )
    if not isinstance(made, Backend):
        raise BackendError(
            f"backend {name!r} is a {type(made).__name__} without a name or missing()",
            hint="it must satisfy hfkit.backends.protocols.Backend; hfkit.testing.checks() tells more",
        )
    return made


def _declared() -> dict[str, Callable[[], Backend]]:
    from importlib.metadata import entry_points  # slow to import, and needed by few

    return {entry.name: partial(_load, entry) for entry in entry_points(group=ENTRY_POINT_GROUP)}


def _load(entry: EntryPoint) -> Backend:
    made: Backend = entry.load()()
    return made
