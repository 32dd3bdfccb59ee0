"""What a training would do, before it does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .jsonable import to_json_value

if TYPE_CHECKING:
    from .data_report import DataReport

__all__ = ["TunePlan"]

_MINUTE, _HOUR = 60, 3600
_GIBIBYTE = 1 << 30
_FEW = 6  # names in a line


@dataclass(frozen=True, slots=True, kw_only=True)
class TunePlan:
    """What a training would do, and what it would cost.

    Attributes:
        base: the model that it starts from.
        revision: the base's commit, or the hash of its content.
        task: the type of the data.
        method: which weights are trained, as it is written.
        targets: for small matrices, the modules that get them, by the last parts of their names.
        new: weights that the base does not have: they start from chance.
        trainable: numbers that are trained.
        parameters: numbers of the whole model.
        examples: what is trained on, windows of long texts counted each.
        cut: rows of which a part is not read.
        window: the most tokens of an example.
        steps: all of them.
        steps_per_epoch: for one pass over the examples.
        tokens_per_epoch: without padding.
        padding: the share of padding in what is computed, from 0 to below 1.
        parts: forward passes of a step, one after the other, so that it fits into memory.
        processes: how many train together, each on its own part of every step.
        precision: the number type of products.
        device: where it runs.
        memory: bytes that a process needs at the most, estimated from steps that were measured.
        seconds: how long it takes without evaluation, estimated from the same steps.
        check: what was found wrong with the data.
        notes: what else one should know before.
    """

    base: str
    revision: str
    task: str
    method: str
    targets: tuple[str, ...]
    new: tuple[str, ...]
    trainable: int
    parameters: int
    examples: int
    cut: int
    window: int
    steps: int
    steps_per_epoch: int
    tokens_per_epoch: int
    padding: float
    parts: int
    processes: int
    precision: str
    device: str
    memory: int
    seconds: float
    check: DataReport
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the plan as a dict of JSON values."""
        plain = {name: to_json_value(getattr(self, name)) for name in self.__slots__ if name != "check"}
        return plain | {"check": self.check.to_dict()}

    def __str__(self) -> str:
        share = self.trainable / self.parameters
        together = f", in {self.processes} processes" if self.processes > 1 else ""
        rows = [
            ("base", f"{self.base} ({self.revision.removeprefix('sha256:')[:12]})"),
            ("method", f"{self.method}{' on ' + ', '.join(self.targets) if self.targets else ''}"),
            ("trained", f"{self.trainable:,} of {self.parameters:,} numbers ({share:.1%})"),
            ("new", _some(self.new)),
            ("examples", f"{self.examples:,}, at most {self.window:,} tokens each; {self.cut:,} are cut"),
            ("steps", f"{self.steps:,}, {self.steps_per_epoch:,} an epoch; {self.parts} forward passes each"),
            ("tokens", f"{self.tokens_per_epoch:,} an epoch, and {self.padding:.1%} padding"),
            ("computed", f"in {self.precision} on {self.device}{together}"),
            ("memory", f"about {self.memory / _GIBIBYTE:.1f} GiB"),
            ("time", f"about {_spell(self.seconds)}, evaluation not counted"),
            *(("note", note) for note in self.notes),
        ]
        return "\n".join([*(f"{name:<9} {value}" for name, value in rows), str(self.check)])


def _some(names: tuple[str, ...]) -> str:
    """Write down names, or how many there are."""
    if len(names) > _FEW:
        return f"{len(names)} weights"
    return ", ".join(names) or "nothing"


def _spell(seconds: float) -> str:
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} minutes"
    return f"{seconds / _HOUR:.1f} hours"
