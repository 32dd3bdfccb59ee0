"""What the data of every task share: three splits, and a check of them."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from hfkit._lazy import reach
from hfkit.errors import SettingError
from hfkit.values.constraints import require_kind, require_text, require_whole
from hfkit.values.runtime import Runtime

from .given import Rows, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hfkit.values.data_report import DataReport

    from .checks.checking import CountsTokens
    from .checks.readings import RowReading
    from .checks.task_rules import TaskRules
    from .table import Table

__all__ = ["TaskData"]


@dataclass(frozen=True, slots=True, init=False)
class TaskData(ABC):
    """The examples of a task, in up to three splits.

    Attributes:
        train: what a model learns from.
        validation: what is looked at while it learns, to choose settings and the best state; None if there is none.
        test: what tells how good it has become, looked at once; None if there is none.
    """

    train: Table
    validation: Table | None
    test: Table | None

    def _take(
        self, train: Rows, validation: Rows | None, test: Rows | None, settings: Mapping[str, object]
    ) -> None:
        """Set the fields of a frozen value: splits as tables, and the names of columns."""
        values = {
            "train": table_of("train", train),
            "validation": table_of("validation", validation),
            "test": table_of("test", test),
        }
        if values["train"] is None:
            raise SettingError("train is None, must be a table", hint="give the examples to learn from")
        for name, value in (values | dict(settings)).items():
            object.__setattr__(self, name, value)
        for name in self._column_settings():
            require_text(name, getattr(self, name))

    @property
    def splits(self) -> Mapping[str, Table]:
        """The tables that are there, by name: ``"train"``, ``"validation"``, ``"test"``."""
        tables = {"train": self.train, "validation": self.validation, "test": self.test}
        return MappingProxyType({name: table for name, table in tables.items() if table is not None})

    @property
    def settings(self) -> Mapping[str, object]:
        """How rows are read: the names of columns, and what else is set beside the tables."""
        names = (field.name for field in fields(self) if field.name not in ("train", "validation", "test"))
        return MappingProxyType({name: getattr(self, name) for name in names})

    def check(
        self,
        model: str | os.PathLike[str] | None = None,
        *,
        window: int | None = None,
        runtime: Runtime = Runtime(),
    ) -> DataReport:
        """Look through all examples and say what is wrong with them, before anything is trained.

        Rows are numbered from 0. Lengths are of what a model reads: with a model in its tokens, special tokens
        included; without one in characters and words. Words with tags are counted with blanks between them, and a
        chat that the model's template refuses by its contents alone.

        Args:
            model: a folder, ``"org/name"`` or ``"org/name@revision"``, of which only the tokenizer is opened; None to
                do without.
            window: the most tokens that will be read at a time; None for what the model takes.
            runtime: whether the network may be asked for the model, and whose code may run.

        Raises:
            SettingError: a window is given and no model, or one of them is out of its range.
            ModelError: the tokenizer cannot be opened; a subclass says why.
            HubError: its files are not here and cannot be fetched; a subclass says why.
            MissingDependencyError: datasets is not installed.
        """
        from .checks.checking import check_task

        require_kind("model", model, (str, os.PathLike, type(None)))
        require_whole("window", window, least=1)
        require_kind("runtime", runtime, (Runtime,))
        if model is None:
            if window is not None:
                raise SettingError(
                    f"window is {window} and model is None, must be a model to count tokens with",
                    hint="name the model: check('org/name', window=...)",
                )
            return check_task(self.splits, self._rules())
        opened = cast(
            "Callable[[str | os.PathLike[str], Runtime], CountsTokens]",
            reach("hfkit.engines.row_lengths", "open_row_lengths"),
        )(model, runtime)
        return check_task(self.splits, self._rules(), tokens=opened, model=str(model), window=window)

    def readings(self, table: Table) -> Iterator[RowReading]:
        """Give what a model would read of each row of a split, and what is wrong with it.

        Raises:
            ColumnError: a column is not there, or of another type.
        """
        read = self._rules().reader(table)
        return map(read, table)

    def _column_settings(self) -> tuple[str, ...]:
        """Name the fields that name columns."""
        return tuple(name for name, value in self.settings.items() if name != "names" and value is not None)

    @abstractmethod
    def _rules(self) -> TaskRules:
        """Say what the check must know of the task."""
