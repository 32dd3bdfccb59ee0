"""How long rows are, and whether two lengths fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.text.length_ratios import ratio_outliers, usual_ratio
from hfkit.text.lengths import cut_by, percentile
from hfkit.values.data_report import Finding, LengthSummary

from .examination import MOST_ROWS
from .fault_findings import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hfkit.values.data_report import LengthUnit

    from .examination import Examination
    from .task_rules import TaskRules

__all__ = ["length_findings", "length_summaries"]

_FACTOR = 3.0


def length_summaries(rules: TaskRules, examined: Examination, window: int | None) -> Iterator[LengthSummary]:
    """Sum up the lengths of a split, in each unit, of each thing that is measured."""
    for unit, columns in examined.lengths.items():
        for name, lengths in zip(rules.measured, columns, strict=True):
            if lengths:
                yield _summary(name, unit, lengths, window if unit == "tokens" else None)


def _summary(name: str, unit: LengthUnit, lengths: Sequence[int], window: int | None) -> LengthSummary:
    ordered = sorted(lengths)
    rows, share = (0, 0.0) if window is None else cut_by(ordered, window)
    return LengthSummary(
        column=name,
        unit=unit,
        p50=percentile(ordered, 50),
        p90=percentile(ordered, 90),
        p95=percentile(ordered, 95),
        p99=percentile(ordered, 99),
        longest=ordered[-1],
        total=sum(ordered),
        window=window,
        cut_rows=rows,
        cut_share=share,
    )


def length_findings(
    split: str, rules: TaskRules, examined: Examination, window: int | None
) -> Iterator[Finding]:
    """Find rows that a model's window cuts, and pairs whose lengths do not fit each other."""
    if window is not None and "tokens" in examined.lengths:
        for name, lengths in zip(rules.measured, examined.lengths["tokens"], strict=True):
            yield from _longer(split, name, examined, lengths, window, cuts=rules.cuts)
    if rules.ratios and "characters" in examined.lengths:
        yield from _unlike(split, rules, examined)


def _longer(
    split: str, name: str, examined: Examination, lengths: Sequence[int], window: int, *, cuts: bool
) -> Iterator[Finding]:
    rows, share = cut_by(lengths, window)
    if not rows:
        return
    longer = [row for row, length in zip(examined.readable, lengths, strict=True) if length > window]
    lost = "which is lost" if cuts else "which further windows read"
    yield Finding(
        kind="longer_than_window",
        severity="warning" if cuts else "note",
        split=split,
        column=name,
        count=rows,
        rows=tuple(longer[:MOST_ROWS]),
        message=f"{many(rows)} longer than the window of {window:,} tokens in {name!r}: "
        f"{share:.2%} of all tokens lie beyond, {lost}",
        hint="take a model with a longer window, or split the texts"
        if cuts
        else "nothing needs to be done; windows that overlap cost time",
    )


def _unlike(split: str, rules: TaskRules, examined: Examination) -> Iterator[Finding]:
    firsts, seconds = examined.lengths["characters"]
    outliers = ratio_outliers(firsts, seconds, factor=_FACTOR)
    if not outliers:
        return
    source, target = rules.measured
    first = outliers[0]
    yield Finding(
        kind="length_ratio",
        severity="warning",
        split=split,
        column=target,
        count=len(outliers),
        rows=tuple(examined.readable[place] for place in outliers[:MOST_ROWS]),
        message=f"{many(len(outliers))} whose {target!r} is more than {_FACTOR:g} times longer or shorter than usual, "
        f"{usual_ratio(firsts, seconds):.2f} times {source!r}: {seconds[first]:,} characters to {firsts[first]:,}",
        hint="look whether the two still belong together: a line may have slipped",
    )
