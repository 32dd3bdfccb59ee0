"""What cannot be given or put where it should be."""

from __future__ import annotations

from .root import HfkitError

__all__ = ["NoValueError", "OutputError", "RefusedValueError"]


class OutputError(HfkitError, FileExistsError):
    """The result cannot be put where it should be."""


class NoValueError(HfkitError, ValueError):
    """A text that was to hold a value was cut before it was whole."""


class RefusedValueError(NoValueError):
    """A text fits the schema of its type, and checks that the schema does not tell of refuse it."""
