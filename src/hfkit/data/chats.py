"""Chats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hfkit.errors import DataError
from hfkit.text.conversations import turn_faults
from hfkit.text.turns import read_message
from hfkit.values.chat import Message

from .checks.column_rules import ColumnRule
from .checks.readings import Fault, RowReading, joined_faults, text_faults
from .checks.task_rules import TaskRules
from .task import TaskData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .given import Rows
    from .library import TableRow
    from .table import Table

__all__ = ["Chats"]


@dataclass(frozen=True, slots=True, init=False)
class Chats(TaskData):
    """Chats, for a model that is to learn the assistant's turns.

    Attributes:
        train: what a model learns from.
        validation: what is looked at while it learns; None if there is none.
        test: what tells how good it has become; None if there is none.
        messages: the column of chats, each a list of ``{"role": ..., "content": ...}``.

    Raises:
        InputTypeError: a split is no table, and nothing that can be made one.
        SettingError: the name of the column is no text.

    >>> chat = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Good day."}]
    >>> Chats(train=[{"messages": chat}]).check().findings
    ()
    """

    messages: str

    def __init__(
        self,
        *,
        train: Rows,
        validation: Rows | None = None,
        test: Rows | None = None,
        messages: str = "messages",
    ) -> None:
        self._take(train, validation, test, {"messages": messages})

    def messages_of(self, table: Table) -> Iterator[tuple[Message, ...]]:
        """Give the chat of each row of a split, with the tools that are called in it.

        Raises:
            ColumnError: the column is not there, or of another type.
            DataError: a call of a tool cannot be read.
        """
        for number, row in enumerate(table):
            turns = cast("list[Mapping[str, object]]", row[self.messages])
            try:
                yield tuple(read_message(turn) for turn in turns)
            except DataError as error:
                raise DataError(f"row {number}: {error.message}", hint=error.hint) from error

    def _rules(self) -> TaskRules:
        return TaskRules(
            task="Chats",
            columns=(ColumnRule("messages", self.messages, "messages"),),
            measured=(self.messages,),
            compared="chat",
            reader=self._reader,
        )

    def _reader(self, table: Table) -> Callable[[TableRow], RowReading]:  # noqa: ARG002 - as for the other tasks
        return self._read

    def _read(self, row: TableRow) -> RowReading:
        turns = cast("list[Mapping[str, object] | None] | None", row[self.messages])
        if turns is None or None in turns:
            return RowReading(faults=(Fault("missing_value", self.messages),))
        if not turns:
            return RowReading(faults=(Fault("blank_text", self.messages),))
        there = cast("list[Mapping[str, object]]", turns)
        roles = [cast("str | None", turn["role"]) for turn in there]
        contents = [cast("str | None", turn["content"]) for turn in there]
        wrong = joined_faults(
            *(
                text_faults(self.messages, content)
                for turn, content in zip(there, contents, strict=True)
                if not turn.get("tool_calls")  # who calls a tool need say nothing
            )
        )
        faults = turn_faults([role or "" for role in roles])
        messages = tuple(
            Message(role or "", content or "") for role, content in zip(roles, contents, strict=True)
        )
        said = tuple(text for message in messages for text in (message.role, message.content))
        return RowReading(
            faults=wrong + tuple(Fault(kind, self.messages, detail) for kind, detail in faults.items()),
            inputs=() if wrong else (messages,),
            key=() if wrong else said,
        )
