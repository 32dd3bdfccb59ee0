"""Columns by name: what is not there is refused with the names that are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.errors import ColumnError
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["require_columns"]

_SHOWN = 20


def require_columns(wanted: Sequence[str], there: Sequence[str]) -> None:
    """Refuse a name that is no column.

    Raises:
        ColumnError: one is not.
    """
    for name in wanted:
        if name in there:
            continue
        names = ", ".join(map(repr, there[:_SHOWN])) + (" and more" if len(there) > _SHOWN else "")
        error = ColumnError(
            f"there is no column {name!r}; there {'is' if len(there) == 1 else 'are'} {names or 'none'}",
            hint=did_you_mean(name, there)
            or "name one of them, or rename a column: table.rename({'old': 'new'})",
        )
        error.column = name
        raise error
