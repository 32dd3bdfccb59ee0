"""What is wrong with single rows, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.values.data_report import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .examination import Examination

__all__ = ["fault_findings", "many"]

_DROP = "leave such rows out with table.filter, or fill them in"

# For each kind: how bad it is, what is said after the number of rows, and what to do.
_WORDS: dict[FindingKind, tuple[Severity, str, str]] = {
    "missing_value": ("error", "without a value in {column!r}", _DROP),
    "blank_text": ("warning", "with nothing to read in {column!r}", _DROP),
    "invalid_unicode": (
        "error",
        "with characters in {column!r} that are none",
        "decode the original bytes again with errors='replace'",
    ),
    "unlabelled": (
        "error",
        "without a label in {column!r}",
        "label them, or leave them out with table.filter",
    ),
    "unknown_label": (
        "error",
        "with a label in {column!r} that is not among the names: {detail}",
        "correct the label, or add its name to names=(...)",
    ),
    "misaligned_answer": (
        "error",
        "with an answer in {column!r} that is not where it is said to start: {detail}",
        "correct answer_start: it counts characters, not bytes, of the context as it stands",
    ),
    "blank_answer": (
        "error",
        "with an answer in {column!r} that is empty",
        "leave the answer out: a question without answers is one that the context does not answer",
    ),
    "uneven_answers": (
        "error",
        "with more texts than starts in {column!r}, or fewer",
        "give each answer its text and its start",
    ),
    "repeated_answer": (
        "note",
        "with the same answer more than once in {column!r}",
        "several people gave it; nothing needs to be done",
    ),
    "without_answer": (
        "note",
        "without an answer in {column!r}",
        "a model that learns from them may give no answer: ask it with no_answer=True",
    ),
    "uneven_tags": (
        "error",
        "with more words than tags, or fewer: {detail}",
        "give each word one tag",
    ),
    "broken_tags": (
        "error",
        "with tags in {column!r} that are not IOB2: {detail}",
        "begin each entity with B-, go on with I- of the same kind, and write O for all else",
    ),
    "empty_word": (
        "error",
        "with a word in {column!r} that is empty: {detail}",
        "leave the word and its tag out: no token would carry the tag",
    ),
    "unknown_role": (
        "error",
        "with a role in {column!r} that no template knows: {detail}",
        "name the roles system, developer, user, assistant and tool",
    ),
    "no_assistant_turn": (
        "error",
        "with no turn of the assistant in {column!r}: {detail}",
        "leave them out: there is nothing to learn from them",
    ),
    "repeated_role": (
        "warning",
        "where one side speaks twice in a row in {column!r}: {detail}",
        "join the two turns: some templates refuse them",
    ),
    "other_last_turn": (
        "warning",
        "that do not end with the assistant in {column!r}: {detail}",
        "leave the last turns out: nothing is learned from what nobody answers",
    ),
    "equal_sides": (
        "warning",
        "whose {column!r} equals what it is made of",
        "leave them out, unless the model is to learn to copy",
    ),
}


def fault_findings(split: str, examined: Examination) -> Iterator[Finding]:
    """Give a finding for each fault of a column's rows."""
    for (kind, column), tally in examined.faults.items():
        severity, words, hint = _WORDS[kind]
        yield Finding(
            kind=kind,
            severity=severity,
            split=split,
            column=column,
            count=tally.count,
            rows=tuple(tally.rows),
            message=f"{many(tally.count)} {words.format(column=column, detail=tally.detail)}",
            hint=hint,
        )


def many(count: int, noun: str = "row") -> str:
    """Write a number of things.

    >>> many(1), many(12345, "label")
    ('1 row', '12,345 labels')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
