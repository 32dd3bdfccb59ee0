"""Tables of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["aligned", "counted", "shortened"]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    r"""Give rows of cells as lines: the first column to the left, the others to the right.

    >>> print("\n".join(aligned([("label", "F1"), ("positive", "0.841")])))
    label        F1
    positive  0.841
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def shortened(text: str, most: int) -> str:
    r"""Cut a text to so many characters, the last an ellipsis, and put it on one line.

    >>> shortened("a long\nstory", 8)
    'a long …'
    """
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def counted(number: int, noun: str) -> str:
    """Write a number with what it counts.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
