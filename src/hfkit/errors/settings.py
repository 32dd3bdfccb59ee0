"""How a facade was set up, and what is installed for it."""

from __future__ import annotations

from .root import HfkitError

__all__ = ["MissingDependencyError", "SettingError", "UnknownBackendError", "UnknownLabelError"]


class SettingError(HfkitError, ValueError):
    """A facade or a runtime was set up with a value that it does not know."""


class UnknownBackendError(SettingError):
    """No backend of that name is installed."""


class UnknownLabelError(SettingError):
    """The model has no label of that name."""


class MissingDependencyError(HfkitError, ImportError):
    """An optional package is not installed; the hint is the line that installs it."""
