"""Columns by name: what is not there is refused with the names that are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import ColumnError
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["column_error", "require_columns"]

_SHOWN = 20


def require_columns(wanted: Sequence[str], there: Sequence[str]) -> None:
    """Refuse a name that is no column.

    Raises:
        ColumnError: one is not.
    """
    for name in wanted:
        if name not in there:
            names = ", ".join(map(repr, there[:_SHOWN])) + (" and more" if len(there) > _SHOWN else "")
            raise column_error(
                name,
                f"there is no column {name!r}; there {'is' if len(there) == 1 else 'are'} {names or 'none'}",
                hint=did_you_mean(name, there)
                or "name one of them, or rename one: table.rename({'old': 'new'})",
            )


def column_error(column: str, message: str, *, hint: str) -> ColumnError:
    """Make the error about one column."""
    error = ColumnError(message, hint=hint)
    error.column = column
    return error
