"""Backends by name: hfkit's own, those registered here, and those that packages declare."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from hfkit.errors import BackendError, MissingDependencyError, SettingError, UnknownBackendError
from hfkit.values.suggestion import did_you_mean

from .protocols import Backend, TellsReadiness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.metadata import EntryPoint

__all__ = ["ENTRY_POINT_GROUP", "backend_names", "find_backend", "register_backend"]

ENTRY_POINT_GROUP = "hfkit.backends"
"""The entry point group under which other packages declare a backend: ``name = "module:factory"``."""

# In the order in which "auto" tries them: the fastest exact one first, the one that opens everything last.
_OWN = {
    "onnx": ("hfkit.backends.onnx", "OnnxBackend"),
    "torch": ("hfkit.backends.torch", "TorchBackend"),
}

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


def find_backend(
    name: str, *, capability: type[C], is_ready: Callable[[TellsReadiness], bool] | None = None
) -> tuple[str, C]:
    """Find a backend that can do a thing.

    Args:
        name: a backend's name, or ``"auto"`` for the first that is ready: of hfkit's own and of those that
            were registered here and tell of their readiness. That a package is installed which declares
            one changes no answers.
        capability: the protocol that it must have, such as ``OpensScorers``.
        is_ready: for ``"auto"``, asks a backend that tells of its readiness; without it none of them is.
            The others always are.

    Returns:
        The backend's name and the backend.

    Raises:
        UnknownBackendError: no backend has that name.
        MissingDependencyError: the backend is there, what it stands on is not.
        BackendError: the backend cannot do that.
    """
    able: list[tuple[str, C]] = []
    lacking = ""
    for candidate, backend in _candidates() if name == "auto" else [(name, _make(name))]:
        missing = backend.missing()
        if missing is not None:
            lacking = missing  # of the last, which runs everything
        elif isinstance(backend, capability):
            able.append((candidate, backend))
        elif name != "auto":
            raise BackendError(
                f"backend {name!r} cannot do this: it is no {capability.__name__}",
                hint="choose another backend",
            )
    for candidate, able_backend in able:
        if (
            name != "auto"
            or not isinstance(able_backend, TellsReadiness)
            or (is_ready and is_ready(able_backend))
        ):
            return candidate, able_backend
    raise MissingDependencyError(f"backend {name!r} needs packages that are not installed", hint=lacking)


def _candidates() -> Iterator[tuple[str, Backend]]:
    """List what ``"auto"`` tries, in that order: the fastest first, and last the one that is always ready."""
    *fast, last = _OWN
    for name in fast:
        yield name, _make(name)
    for name, factory in _registered.items():
        if isinstance(made := factory(), TellsReadiness):
            yield name, made
    yield last, _make(last)


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
