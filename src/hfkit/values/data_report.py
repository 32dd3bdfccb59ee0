"""What is wrong with a task's examples, and what they are like: said before anything is trained on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hfkit.errors import FaultyDataError

from .jsonable import to_json_value

__all__ = [
    "DataReport",
    "Finding",
    "FindingKind",
    "LabelCount",
    "LengthSummary",
    "LengthUnit",
    "Severity",
    "SplitSummary",
]

Severity: TypeAlias = Literal["error", "warning", "note"]
"""Must be put right; should be looked at; is good to know."""

LengthUnit: TypeAlias = Literal["tokens", "words", "characters"]
"""What a length is counted in: the tokens of a model, or what can be counted without one."""

FindingKind: TypeAlias = Literal[
    # columns and splits
    "table_note",
    "missing_column",
    "mistyped_column",
    "empty_split",
    # rows
    "missing_value",
    "blank_text",
    "invalid_unicode",
    # labels
    "unlabelled",
    "unknown_label",
    "one_class",
    "imbalance",
    "unseen_class",
    "unused_label",
    # lengths
    "longer_than_window",
    # rows that are alike
    "exact_duplicates",
    "near_duplicates",
    "contradiction",
    "leakage",
    "near_leakage",
    "shared_context",
    # Squad
    "misaligned_answer",
    "blank_answer",
    "repeated_answer",
    "uneven_answers",
    "without_answer",
    # Tagged
    "uneven_tags",
    "broken_tags",
    "empty_word",
    # Chats
    "unknown_role",
    "no_assistant_turn",
    "repeated_role",
    "other_last_turn",
    # Parallel
    "equal_sides",
    "length_ratio",
]
"""What can be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found in one split.

    Attributes:
        kind: what it is.
        severity: how bad it is.
        split: where it was found: ``"train"``, ``"validation"`` or ``"test"``.
        column: the column; None where it is no matter of one.
        count: how many rows have it, all of them counted; 1 where it is no matter of rows.
        rows: the first of these rows, by number from 0.
        others: where rows are alike, the row that each of ``rows`` is like; else empty.
        other_split: the split that ``others`` are of; None where there are none.
        message: what is there, and what was expected.
        hint: what to do about it.
    """

    kind: FindingKind
    severity: Severity
    split: str
    column: str | None = None
    count: int = 1
    rows: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    other_split: str | None = None
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How often a label stands in a split.

    Attributes:
        label: its name.
        count: how many rows have it; of tags, how many words.
    """

    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthSummary:
    """How long the rows of a split are.

    Attributes:
        column: the column, or the columns that are read together, joined with ``" + "``.
        unit: what is counted; tokens with the special tokens around them.
        p50: half of the rows are no longer.
        p90: nine tenths are no longer.
        p95: 95 of a hundred are no longer.
        p99: 99 of a hundred are no longer.
        longest: the longest row.
        total: all rows together.
        window: the most tokens that the model reads at a time; None if nothing says so.
        cut_rows: rows that are longer than the window.
        cut_share: the share of ``total`` that lies beyond it, from 0 to 1.
    """

    column: str
    unit: LengthUnit
    p50: int
    p90: int
    p95: int
    p99: int
    longest: int
    total: int
    window: int | None = None
    cut_rows: int = 0
    cut_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSummary:
    """What one split is like.

    Attributes:
        name: ``"train"``, ``"validation"`` or ``"test"``.
        rows: how many examples it has.
        labels: how often each label stands there, the most frequent first; empty for tasks without labels.
        lengths: how long its rows are, by column and unit.
    """

    name: str
    rows: int
    labels: tuple[LabelCount, ...] = ()
    lengths: tuple[LengthSummary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReport:
    """What ``check`` says of a task's examples.

    Attributes:
        task: the type of the data, such as ``"Labelled"``.
        model: the model whose tokens were counted, as it was named; None without one.
        revision: the commit of its repository, or ``sha256:`` and the hash of its tokenizer's files in a folder.
        splits: what each split is like.
        findings: what was found, errors first.
    """

    task: str
    model: str | None
    revision: str | None = None
    splits: tuple[SplitSummary, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be put right before anything is trained."""
        return self._of("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What should be looked at."""
        return self._of("warning")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What is good to know."""
        return self._of("note")

    def of(self, kind: FindingKind) -> tuple[Finding, ...]:
        """Give the findings of one kind, one for each split and column that has it."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def require(self) -> None:
        """Refuse examples with errors.

        Raises:
            FaultyDataError: there are some; ``error.report`` is this report.
        """
        if not self.errors:
            return
        first, more = self.errors[0], len(self.errors) - 1
        rest = f" (and {more} more)" if more else ""
        error = FaultyDataError(f"{first.split}: {first.message}{rest}", hint=first.hint)
        error.report = self
        raise error

    def to_dict(self) -> dict[str, object]:
        """Give the report as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}

    def __str__(self) -> str:
        """Give the report as a table of plain text."""
        from .data_report_text import report_text

        return report_text(self)

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == severity)
