"""The check of a task's examples: columns, rows, labels, lengths, and rows that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hfkit.values.data_report import DataReport, Finding, LabelCount, SplitSummary
from hfkit.values.inputs import Pair

from .column_rules import broken_rules
from .examination import Examination
from .fault_findings import fault_findings
from .label_findings import label_findings
from .length_findings import length_findings, length_summaries
from .likeness_findings import leaks, twins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.data.table import Table
    from hfkit.values.chat import TokenInput

    from .examination import Counts
    from .task_rules import TaskRules

__all__ = ["CountsTokens", "check_task"]

_SEVERITIES = ("error", "warning", "note")


class CountsTokens(Protocol):
    """The open tokenizer of a model."""

    @property
    def window(self) -> int | None:
        """The most tokens that the model reads at a time; None if nothing says so."""
        ...

    @property
    def revision(self) -> str:
        """The commit of its repository, or ``sha256:`` and the hash of its files in a folder."""
        ...

    def count(self, items: Sequence[TokenInput], /) -> Sequence[int]:
        """Count the tokens of inputs, special tokens included."""
        ...


def check_task(
    splits: Mapping[str, Table],
    rules: TaskRules,
    *,
    tokens: CountsTokens | None = None,
    model: str | None = None,
    window: int | None = None,
) -> DataReport:
    """Look through all splits of a task.

    Args:
        splits: the tables, by name.
        rules: what must be known of the task.
        tokens: counts the tokens of a model; None to count characters and words.
        model: its name, for the report.
        window: the most tokens at a time; None for what the model takes.
    """
    counts: Counts = {"characters": _characters, "words": _words}
    if tokens is not None:
        window = window or tokens.window
        counts = {"tokens": tokens.count}
        if rules.ratios:  # which are of characters, with a model or without
            counts = {"tokens": tokens.count, "characters": _characters}
    names = tuple(splits)
    findings: list[Finding] = []
    examined: dict[str, Examination] = {}
    for split, table in splits.items():
        broken = broken_rules(rules.task, split, table, rules.columns) if table.columns or len(table) else []
        findings += broken
        findings += (_noted(split, note) for note in table.notes)
        if not len(table):
            findings.append(_empty(split))
        elif not broken:
            examined[split] = Examination(table, rules, counts)
    for split, each in examined.items():
        findings += fault_findings(split, each)
        findings += twins(split, rules, each)
        findings += length_findings(split, rules, each, window)
    findings += label_findings(rules, examined) if rules.classified else ()
    findings += leaks(rules, examined)
    return DataReport(
        task=rules.task,
        model=model,
        revision=tokens.revision if tokens else None,
        splits=tuple(
            _summary(split, len(table), rules, examined.get(split), window) for split, table in splits.items()
        ),
        findings=tuple(
            sorted(
                findings,
                key=lambda finding: (_SEVERITIES.index(finding.severity), names.index(finding.split)),
            )
        ),
    )


def _empty(split: str) -> Finding:
    return Finding(
        kind="empty_split",
        severity="error",
        split=split,
        message="there are no rows, must be at least one",
        hint="give some rows, or leave the split out" if split != "train" else "give some rows to learn from",
    )


def _noted(split: str, note: str) -> Finding:
    return Finding(
        kind="table_note",
        severity="warning",
        split=split,
        message=note,
        hint="the table says so of itself: look at what it was read from",
    )


def _summary(
    split: str, rows: int, rules: TaskRules, examined: Examination | None, window: int | None
) -> SplitSummary:
    if examined is None:
        return SplitSummary(name=split, rows=rows)
    labels = sorted(examined.labels.items(), key=lambda entry: (-entry[1], entry[0]))
    return SplitSummary(
        name=split,
        rows=rows,
        labels=tuple(LabelCount(*entry) for entry in labels),
        lengths=tuple(length_summaries(rules, examined, window)),
    )


def _characters(items: Sequence[TokenInput]) -> list[int]:
    return [sum(map(len, _texts(item))) for item in items]


def _words(items: Sequence[TokenInput]) -> list[int]:
    return [sum(len(text.split()) for text in _texts(item)) for item in items]


def _texts(item: TokenInput) -> tuple[str, ...]:
    match item:
        case str():
            return (item,)
        case Pair(first, second):
            return (first, second)
        case messages:
            return tuple(message.content for message in messages)
