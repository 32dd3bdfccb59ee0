"""What a check says, and how it says that a promise is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import HfkitError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BrokenPromiseError", "promise_of", "require"]


class BrokenPromiseError(HfkitError, AssertionError):
    """A backend does not do what backends promise."""


def promise_of(check: Callable[..., None]) -> str:
    """Give a check's sentence: the first line of its docstring, without the full stop."""
    return (check.__doc__ or check.__name__).strip().splitlines()[0].rstrip(".")


def require(
    kept: bool,  # noqa: FBT001  # positional, as in assert
    otherwise: str,
    *,
    hint: str = "see hfkit.backends.protocols and hfkit.backends.writers for the contracts",
) -> None:
    """Raise unless a promise is kept.

    Raises:
        BrokenPromiseError: ``kept`` is false; its message is ``otherwise``.
    """
    if not kept:
        raise BrokenPromiseError(otherwise, hint=hint)
