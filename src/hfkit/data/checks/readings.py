"""What the check of a task's examples takes from one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from hfkit.values.chat import TokenInput
    from hfkit.values.data_report import FindingKind

__all__ = ["Fault", "RowReading", "joined_faults", "text_faults"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a row.

    Attributes:
        kind: what.
        column: where.
        detail: the value at fault, for the message; of many rows the first one's is shown.
    """

    kind: FindingKind
    column: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RowReading:
    """A row as the check sees it.

    Attributes:
        faults: what is wrong with it.
        inputs: what a model is to read, one for each column whose length counts; empty if the row cannot be read.
        key: the texts that tell it from other rows; empty if it cannot be read.
        near: the texts in which it may be nearly the same as another; None for those of ``key``.
        answer: what it teaches; two rows of one key should teach the same. None for nothing, or nothing certain.
        labels: the labels that are counted.
    """

    faults: tuple[Fault, ...] = ()
    inputs: tuple[TokenInput, ...] = ()
    key: tuple[str, ...] = ()
    near: tuple[str, ...] | None = None
    answer: Hashable = None
    labels: tuple[str, ...] = ()


def text_faults(column: str, text: str | None) -> tuple[Fault, ...]:
    """Say what keeps a text from being read."""
    from hfkit.text.readability import why_unreadable

    match why_unreadable(text):
        case None:
            return ()
        case "missing":
            return (Fault("missing_value", column),)
        case "blank":
            return (Fault("blank_text", column),)
        case "invalid_unicode":
            return (Fault("invalid_unicode", column),)


def joined_faults(*parts: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Join faults, each kind once for a column: a row counts once."""
    first: dict[tuple[str, str], Fault] = {}
    for part in parts:
        for fault in part:
            first.setdefault((fault.kind, fault.column), fault)
    return tuple(first.values())
