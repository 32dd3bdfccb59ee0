"""Tables of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["aligned", "shortened"]


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
