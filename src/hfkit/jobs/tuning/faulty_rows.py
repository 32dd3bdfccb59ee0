"""What is said of a row that nothing can be learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import DataError

if TYPE_CHECKING:
    from hfkit.data.checks.readings import Fault

__all__ = ["faulty_row", "unreadable_row"]

_HINT = "data.check() tells of all such rows; leave them out with table.filter(...)"


def faulty_row(row: int, fault: Fault) -> DataError:
    """Say what is wrong with a row, as the check of the data names it."""
    return unreadable_row(row, f"column {fault.column!r}: {fault.kind} {fault.detail}")


def unreadable_row(row: int | None, why: str) -> DataError:
    """Say why a row cannot be learned from; an error of reading knows its number."""
    return DataError(f"row {row} cannot be learned from: {why}", hint=_HINT)
