"""What may be given as the rows of a split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias, Union, overload

from hfkit.errors import InputTypeError

from .library import is_dataset
from .streams import TableStream
from .table import Table

if TYPE_CHECKING:
    import datasets
    import pandas as pd

__all__ = ["Rows", "table_of"]

Rows: TypeAlias = Union[Table, "datasets.Dataset", "pd.DataFrame", Iterable[Mapping[str, object]]]
"""A table, a ``datasets.Dataset``, a pandas DataFrame, or a list of mappings."""


@overload
def table_of(name: str, given: Rows) -> Table: ...
@overload
def table_of(name: str, given: Rows | None) -> Table | None: ...
def table_of(name: str, given: Rows | None) -> Table | None:
    """Make a table of what was given for a split.

    Args:
        name: the split.
        given: its rows; None for a split that is not there.

    Raises:
        InputTypeError: it is nothing that has rows, or several splits at once.
        ColumnError: the values of a column are of several types.
    """
    if given is None or isinstance(given, Table):
        return given
    if is_dataset(given):
        return Table.from_dataset(given)
    if _is_frame(given):
        return Table.from_pandas(given)
    if isinstance(given, TableStream):
        raise InputTypeError(
            f"{name} is a TableStream, must be a Table: rows are counted, and read more than once",
            hint=f"take some of its rows: {name}=hfkit.Table.from_records(stream.take(100_000))",
        )
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputTypeError(
            f"{name} is a {type(given).__name__}, must be a Table, a datasets.Dataset, a DataFrame "
            "or a list of mappings",
            hint=f"read a file with {name}=hfkit.Table.load(path); of several splits give one, "
            f"{name}=splits[{name!r}]",
        )
    return Table.from_records(given)


def _is_frame(given: object) -> bool:
    return type(given).__name__ == "DataFrame" and type(given).__module__.startswith("pandas")
