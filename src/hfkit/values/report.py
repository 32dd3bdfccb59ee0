"""What all reports of an evaluation share."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields

from .bootstrap import Bootstrap
from .evaluation import EvaluatedData, Speed
from .jsonable import to_json_value
from .layout import counted
from .provenance import Source

__all__ = ["Report"]

_SHORT_HASH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(ABC):
    """An evaluation of one model on one split: frozen, complete, and JSON.

    Attributes:
        source: which model was evaluated, and how it ran.
        data: on which rows.
        speed: how fast.
        bootstrap: how confidence intervals were drawn.
        notes: what a careful reader should know.
    """

    source: Source
    data: EvaluatedData
    speed: Speed
    bootstrap: Bootstrap
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    def to_json(self, *, indent: int | None = None) -> str:
        """Give the report as a JSON object, non-ASCII characters as they are.

        Args:
            indent: spaces per level; None for one line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    @abstractmethod
    def _figures(self) -> list[str]:
        """Give the lines between the first, which says what was evaluated, and the last, which says how fast."""

    def __str__(self) -> str:
        data, speed = self.data, self.speed
        revision = self.source.revision.removeprefix("sha256:")[:_SHORT_HASH]
        rates = f"{speed.rows_per_second:,.1f} rows/s, {speed.tokens_per_second:,.0f} tokens/s"
        return "\n".join(
            [
                f"{self.source.model} ({revision}) on {counted(data.rows, 'row')} of {data.task}, {data.split}",
                *self._figures(),
                f"{rates}; intervals of {self.bootstrap.level:.0%}",
                *(f"note: {note}" for note in self.notes),
            ]
        )


def _plain(value: object) -> object:
    """Give a value's own dict where it makes one."""
    own = getattr(value, "to_dict", None)
    return own() if callable(own) else to_json_value(value)
