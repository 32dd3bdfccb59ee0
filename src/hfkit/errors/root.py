"""The root of all errors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HfkitError"]


class HfkitError(Exception):
    """The root: ``except hfkit.HfkitError`` catches all that hfkit raises on purpose.

    Attributes:
        message: the value at fault and what was allowed.
        hint: what to do about it.
    """

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}"

    def __reduce__(self) -> tuple[Callable[[str], HfkitError], tuple[str], dict[str, object]]:
        """Pickle with the hint: errors travel between worker processes."""
        return partial(type(self), hint=self.hint), (self.message,), self.__dict__
