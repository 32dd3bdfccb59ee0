"""What the labels of the splits are like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.values.data_report import Finding

from .fault_findings import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .examination import Examination
    from .task_rules import TaskRules

__all__ = ["label_findings"]

_IMBALANCED = 10  # times as many rows of the most frequent label as of the rarest
_SHOWN = 8


def label_findings(rules: TaskRules, examined: Mapping[str, Examination]) -> Iterator[Finding]:
    """Find what stands in the way of learning labels, or of measuring how well they were learned."""
    column = next(rule.name for rule in rules.columns if rule.setting in ("label", "tags"))
    trained = examined["train"].labels if "train" in examined else None
    for split, each in examined.items():
        if not each.labels:
            continue  # nothing is labelled, which is a finding of its own
        yield from _one_class(split, column, each)
        if split == "train":
            yield from _imbalance(split, column, each, tags=rules.tags)
            yield from _unused(split, column, each, rules)
        elif trained is not None:
            yield from _unseen(split, column, each, trained, named=rules.names is not None)


def _one_class(split: str, column: str, each: Examination) -> Iterator[Finding]:
    if len(set(each.likeness.answers) - {0}) > 1:
        return
    yield Finding(
        kind="one_class",
        severity="error" if split == "train" else "warning",
        split=split,
        column=column,
        message=f"all rows have the same in {column!r}: {_shown(each.labels)}",
        hint="give rows of other labels too: there is nothing to tell apart",
    )


def _imbalance(split: str, column: str, each: Examination, *, tags: bool) -> Iterator[Finding]:
    counts = {label: count for label, count in each.labels.items() if not (tags and label == "O")}
    if len(counts) < 2:  # noqa: PLR2004 - one has no other to be out of balance with
        return
    most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    if counts[most] < _IMBALANCED * counts[least]:
        return
    yield Finding(
        kind="imbalance",
        severity="warning",
        split=split,
        column=column,
        message=f"{most!r} stands there {counts[most]:,} times and {least!r} {counts[least]:,}: "
        f"{counts[most] / counts[least]:.0f} times as often",
        hint="look at F1 of each class and not at accuracy alone; weigh the classes, or find more of the rare ones",
    )


def _unused(split: str, column: str, each: Examination, rules: TaskRules) -> Iterator[Finding]:
    unused = [name for name in rules.names or () if name not in each.labels]
    if unused:
        yield Finding(
            kind="unused_label",
            severity="warning",
            split=split,
            column=column,
            message=f"{many(len(unused), 'label')} of the names {'has' if len(unused) == 1 else 'have'} "
            f"no row in {column!r}: {', '.join(map(repr, unused[:_SHOWN]))}",
            hint="leave the names out, or give rows: what has none is not learned",
        )


def _unseen(
    split: str, column: str, each: Examination, trained: Mapping[str, int], *, named: bool
) -> Iterator[Finding]:
    unseen = {label: count for label, count in each.labels.items() if label not in trained}
    if unseen:
        yield Finding(
            kind="unseen_class",
            severity="warning" if named else "error",
            split=split,
            column=column,
            count=sum(unseen.values()),
            message=f"training lacks {many(len(unseen), 'label')} of {column!r}: {_shown(unseen)}",
            hint="split the rows anew, stratified by label; or leave those of other labels out",
        )


def _shown(labels: Mapping[str, int]) -> str:
    first = sorted(labels, key=lambda label: -labels[label])[:_SHOWN]
    return ", ".join(map(repr, first)) + (", ..." if len(labels) > _SHOWN else "")
