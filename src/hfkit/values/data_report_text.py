"""A report on data as plain text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .data_report import DataReport, Finding, LengthSummary, SplitSummary

__all__ = ["report_text"]

_FEW_ROWS = 5
_FEW_LABELS = 8


def report_text(report: DataReport) -> str:
    """Write a report: each split with its labels and lengths, then what was found, the worst first."""
    lines = [f"{report.task}: " + ", ".join(f"{split.name} {_rows(split.rows)}" for split in report.splits)]
    lines += [line for split in report.splits if split.labels for line in ("", _labels(split))]
    lengths = [(split.name, summary) for split in report.splits for summary in split.lengths]
    if lengths:
        lines += ["", *_lengths(lengths)]
    lines += ["", *_findings(report.findings)]
    return "\n".join(lines)


def _labels(split: SplitSummary) -> str:
    shown = ", ".join(f"{entry.label} {entry.count:,}" for entry in split.labels[:_FEW_LABELS])
    more = len(split.labels) - _FEW_LABELS
    end = split.labels[-1]
    rest = f" ... {end.label} {end.count:,}, {len(split.labels)} in all" if more > 0 else ""
    return f"labels in {split.name}: {shown}{rest}"


def _lengths(lengths: Sequence[tuple[str, LengthSummary]]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [
        ("length", "of", "in", "50 %", "90 %", "95 %", "99 %", "longest", "beyond the window")
    ]
    for split, each in lengths:
        figures = (each.p50, each.p90, each.p95, each.p99, each.longest)
        rows.append((split, each.column, each.unit, *(f"{figure:,}" for figure in figures), _beyond(each)))
    return _aligned(rows, right=range(3, 8))


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _beyond(each: LengthSummary) -> str:
    if each.window is None:
        return "-"
    return f"{_rows(each.cut_rows)}, {each.cut_share:.2%} of all, at {each.window:,}"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "nothing was found"
    for finding in findings:
        yield f"{finding.severity}: {finding.split}: {finding.message}{_where(finding)}"
        yield f"  {finding.hint}"


def _where(finding: Finding) -> str:
    if not finding.rows:
        return ""
    rows = [str(row) for row in finding.rows[:_FEW_ROWS]]
    if finding.others:
        own = finding.other_split == finding.split
        other = "" if own else f"{finding.other_split} "
        rows = [f"{row} like {other}{at}" for row, at in zip(rows, finding.others, strict=False)]
    more = ", ..." if finding.count > len(rows) else ""
    return f" [row{'' if finding.count == 1 else 's'} {', '.join(rows)}{more}]"


def _aligned(rows: Sequence[tuple[str, ...]], right: range) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
