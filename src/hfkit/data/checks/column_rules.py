"""Which columns a task needs and what they must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import pyarrow as pa

from hfkit.values.data_report import Finding
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import datasets

    from hfkit.data.table import Table

__all__ = ["ColumnRule", "Holds", "broken_rules", "holds_lists"]

Holds: TypeAlias = Literal["text", "label", "words", "tags", "answers", "messages"]
"""What a column must hold."""

_WORDS: dict[Holds, str] = {
    "text": "texts",
    "label": "labels (texts, whole numbers or truth values), or lists of them",
    "words": "lists of texts",
    "tags": "lists of tags (texts or whole numbers)",
    "answers": "answers: their 'text' and 'answer_start', lists of both",
    "messages": "lists of messages, each with 'role' and 'content'",
}


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """A column that a task needs.

    Attributes:
        setting: the field of the task's data that names it.
        name: the column.
        holds: what it must hold.
    """

    setting: str
    name: str
    holds: Holds


def broken_rules(task: str, split: str, table: Table, rules: Sequence[ColumnRule]) -> list[Finding]:
    """Find the columns that are not there, and those that hold something else."""
    types = _types(table.dataset)
    named = {rule.name for rule in rules}
    found = []
    for rule in rules:
        if rule.name not in types:
            free = [
                name for name, kind in types.items() if name not in named and rule.holds in _held_by(kind)
            ]
            found.append(_missing(task, split, rule, tuple(types), free))
        elif rule.holds not in _held_by(types[rule.name]):
            found.append(_mistyped(split, rule, types[rule.name]))
    return found


def holds_lists(dataset: datasets.Dataset, column: str) -> bool:
    """Tell whether each row holds a list in a column."""
    return _is_list(_types(dataset)[column])


def _types(dataset: datasets.Dataset) -> dict[str, pa.DataType]:
    return {field.name: field.type for field in dataset.features.arrow_schema}


def _missing(
    task: str, split: str, rule: ColumnRule, columns: tuple[str, ...], free: Sequence[str]
) -> Finding:
    there = ", ".join(map(repr, columns)) or "none"
    suggested = f"{task}(..., {rule.setting}={free[0]!r})" if free else f"{task}(..., {rule.setting}=...)"
    close = did_you_mean(rule.name, columns)
    return Finding(
        kind="missing_column",
        severity="error",
        split=split,
        column=rule.name,
        message=f"there is no column {rule.name!r} that holds {_WORDS[rule.holds]}; there are {there}",
        hint=" ".join(filter(None, (close, f"name the column: {suggested}"))),
    )


def _mistyped(split: str, rule: ColumnRule, kind: pa.DataType) -> Finding:
    return Finding(
        kind="mistyped_column",
        severity="error",
        split=split,
        column=rule.name,
        message=f"column {rule.name!r} is of type {kind}, must hold {_WORDS[rule.holds]}",
        hint="turn its values into that with table.map or table.cast, or name another column",
    )


def _held_by(kind: pa.DataType) -> Iterator[Holds]:
    """Give what a column of an Arrow type may be taken for; one without any value for anything."""
    if pa.types.is_null(kind):
        yield from _WORDS
    elif _is_text(kind):
        yield from ("text", "label")
    elif _is_label(kind):
        yield "label"
    elif _is_list(kind):
        yield from _held_by_list(kind.value_type)
    elif _has_fields(kind, "text", "answer_start"):
        yield "answers"


def _held_by_list(inner: pa.DataType) -> Iterator[Holds]:
    if pa.types.is_null(inner):
        yield from ("label", "words", "tags", "answers", "messages")
    elif _is_text(inner):
        yield from ("label", "words", "tags")
    elif _is_label(inner):
        yield from ("label", "tags")
    elif _has_fields(inner, "text", "answer_start"):
        yield "answers"
    elif _has_fields(inner, "role", "content"):
        yield "messages"


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_label(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_boolean(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _has_fields(kind: pa.DataType, *names: str) -> bool:
    return bool(pa.types.is_struct(kind)) and {kind.field(i).name for i in range(kind.num_fields)} >= set(
        names
    )
