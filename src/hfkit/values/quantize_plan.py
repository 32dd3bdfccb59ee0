"""What making a model smaller would change, before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from .jsonable import to_json_value
from .layout import counted

__all__ = ["QuantizePlan", "SkippedWeights"]

_SHORT_HASH = 12
_FEW = 4  # names in a line


@dataclass(frozen=True, slots=True)
class SkippedWeights:
    """Weights that stay as they are.

    Attributes:
        reason: why they do.
        names: which.
        numbers: how many numbers they hold.
    """

    reason: str
    names: tuple[str, ...]
    numbers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizePlan:
    """What would be changed in a model, and what would come of it.

    Attributes:
        model: the repository's name, or the whole path of a folder.
        revision: the commit hash on the hub, or ``sha256:`` and the hash of the folder's content.
        verb: the facade that the model is for.
        scheme: how it is made smaller, as it is written.
        changed: the names of the weights that are made smaller.
        skipped: those that stay, by reason.
        bytes: of the model's files now.
        expected_bytes: of the result's files, estimated from the shapes of the weights.
        runs_on: what will run the result, and where.
        notes: what else one should know before.
    """

    model: str
    revision: str
    verb: str
    scheme: str
    changed: tuple[str, ...]
    skipped: tuple[SkippedWeights, ...]
    bytes: int
    expected_bytes: int
    runs_on: str
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the plan as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}

    def __str__(self) -> str:
        rows = [
            (
                "model",
                f"{self.model} ({self.revision.removeprefix('sha256:')[:_SHORT_HASH]}), for {self.verb}",
            ),
            ("scheme", self.scheme),
            ("changed", counted(len(self.changed), "weight")),
            *(("as it is", f"{_some(one.names)}: {one.reason}") for one in self.skipped),
            (
                "bytes",
                f"{self.bytes:,} now, then about {self.expected_bytes:,} ({self.expected_bytes / self.bytes:.0%})",
            ),
            ("runs on", self.runs_on),
            *(("note", note) for note in self.notes),
        ]
        return "\n".join(f"{name:<9} {value}" for name, value in rows)


def _some(names: tuple[str, ...]) -> str:
    """Write down names, or how many there are."""
    return ", ".join(names) if len(names) <= _FEW else counted(len(names), "weight")
