"""While a model ran."""

from __future__ import annotations

from .root import HfkitError

__all__ = ["BackendError", "DeviceError", "OutOfMemoryError", "SessionClosedError"]


class BackendError(HfkitError):
    """A backend failed while it ran a model."""


class DeviceError(BackendError):
    """The device that was asked for is not there."""


class OutOfMemoryError(BackendError, MemoryError):
    """One single sequence, or one layer of the model, does not fit into the device's memory."""


class SessionClosedError(BackendError):
    """What was opened has been closed."""
