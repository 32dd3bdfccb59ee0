"""Markdown: tables, and figures in their cells."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bullets", "code", "mebibytes", "table"]


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """Lay out a table.

    Args:
        columns: the heads.
        rows: the cells of each row.
        words: how many columns at the left hold words; figures stand at the right of their cells.
    """
    rule = ["---"] * words + ["---:"] * (len(columns) - words)
    return "\n".join(f"| {' | '.join(line)} |" for line in [columns, rule, *rows])


def bullets(notes: Sequence[str]) -> str:
    """Lay out notes, one a bullet, in lines of 110."""
    return "\n".join(
        fill(note, width=110, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        for note in notes
    )


def code(name: str) -> str:
    """Write a name as code if it is Python's."""
    return f"`{name}`" if "(" in name or "." in name.rstrip(".") else name


def mebibytes(memory: float | None) -> str:
    """Write MiB; a question mark where they could not be measured."""
    return "?" if memory is None else f"{memory:.0f}"
