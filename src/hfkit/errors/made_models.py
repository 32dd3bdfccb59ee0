"""What became of a model that was to be made."""

from __future__ import annotations

from typing import Protocol

from .root import HfkitError

__all__ = ["FailedProofError", "TrainingError"]


class TrainingError(HfkitError):
    """Training came to no good."""


class ProvesModel(Protocol):
    """A report on a smaller model; ``hfkit.QuantizeReport`` is one."""

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        ...


class FailedProofError(HfkitError):
    """A model that was made smaller is not as good as was asked, and was thrown away.

    Attributes:
        report: all that was measured; ``print(error.report)`` shows it.
    """

    report: ProvesModel | None = None
