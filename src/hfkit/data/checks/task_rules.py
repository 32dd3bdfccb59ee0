"""What the check must know of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.data.library import TableRow
    from hfkit.data.table import Table

    from .column_rules import ColumnRule
    from .readings import RowReading

__all__ = ["TaskRules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRules:
    """What the check must know of a task.

    Attributes:
        task: the type of the data, for messages.
        columns: the columns that it needs, with what they must hold.
        measured: names of what is read at a time, one for each of a reading's inputs.
        compared: what a row's key is made of, for messages.
        near: what its nearness is made of, for messages; the same as ``compared`` where no reading names another.
        reader: gives what reads the rows of a table whose columns are there, and of their types.
        cuts: whether what lies beyond a model's window is lost; else it is read in further windows.
        names: the labels, if somebody has named them; None if they are what training has.
        classified: whether each row, or each word, gets labels.
        tags: whether the labels are tags of words, of which ``O`` is none in particular.
        ratios: whether the lengths of a reading's two inputs should fit each other.
    """

    task: str
    columns: tuple[ColumnRule, ...]
    measured: tuple[str, ...]
    compared: str
    near: str | None = None
    reader: Callable[[Table], Callable[[TableRow], RowReading]]
    cuts: bool = True
    names: tuple[str, ...] | None = None
    classified: bool = False
    tags: bool = False
    ratios: bool = False
