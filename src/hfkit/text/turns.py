"""Messages and tools as the plain dicts and lists that chat templates read, and messages out of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from hfkit.errors import DataError, InputTypeError, SettingError
from hfkit.values.chat import Message
from hfkit.values.tools import ToolCall

if TYPE_CHECKING:
    from hfkit.values.tools import Tool

__all__ = ["plain_messages", "plain_tools", "read_message"]

_READS_IDS = ("tool_call_id", "tool_call.id", "tool_call['id']", 'tool_call["id"]')


def plain_messages(messages: Sequence[Message], template: str) -> list[dict[str, object]]:
    """Give messages in the form that ``apply_chat_template`` of transformers documents.

    Args:
        messages: the chat, oldest first.
        template: the template that will read them. Where it reads ids of calls, as those of Mistral do, calls and
            their results are numbered; others never see an id.

    Raises:
        InputTypeError: an argument of a call has no JSON.
    """
    numbered = any(name in template for name in _READS_IDS)
    plain: list[dict[str, object]] = []
    waiting: list[tuple[str, str]] = []  # names and ids of calls without a result
    count = 0
    for message in messages:
        entry: dict[str, object] = {"role": message.role, "content": message.content}
        if message.name is not None:
            entry["name"] = message.name
        if message.tool_calls:
            # Nine digits: Mistral's templates refuse all else.
            ids = [f"{count + number:09}" for number in range(len(message.tool_calls))]
            count += len(ids)
            waiting = [(call.name, id_) for call, id_ in zip(message.tool_calls, ids, strict=True)]
            entry["tool_calls"] = [
                ({"id": id_} if numbered else {}) | _plain_call(call)
                for call, id_ in zip(message.tool_calls, ids, strict=True)
            ]
        if numbered and message.role == "tool" and waiting:
            found = next((pair for pair in waiting if pair[0] == message.name), waiting[0])
            waiting.remove(found)
            entry["tool_call_id"] = found[1]
        plain.append(entry)
    return plain


def read_message(plain: Mapping[str, object]) -> Message:
    """Read a message as tables of chats hold it.

    Args:
        plain: its ``role`` and ``content``, and where there are any ``tool_calls`` and ``name``. The arguments of a
            call are an object, or the JSON of one as OpenAI writes it. In an object nothing that is None counts: a
            table fills in None for what other rows have.

    Raises:
        DataError: a call of a tool cannot be read.

    >>> read_message({"role": "user", "content": "Hello!", "tool_calls": None}).content
    'Hello!'
    """
    calls = cast("Sequence[Mapping[str, object]]", plain.get("tool_calls") or ())
    name = plain.get("name")
    return Message(
        str(plain["role"] or ""),
        str(plain["content"] or ""),
        tool_calls=tuple(_read_call(call.get("function", call)) for call in calls),
        name=None if name is None else str(name),
    )


def plain_tools(tools: Sequence[Tool]) -> list[dict[str, object]]:
    """Give tools in the form that ``apply_chat_template`` of transformers documents.

    Raises:
        SettingError: the parameters of one have no JSON.
    """
    plain: list[dict[str, object]] = []
    for tool in tools:
        try:
            parameters = _plain(tool.parameters)
        except TypeError as error:
            raise SettingError(
                f"parameters of the tool {tool.name!r} hold {error}, must be a JSON schema",
                hint="use dicts, lists, strings, numbers, True, False and None",
            ) from error
        function = {"name": tool.name, "description": tool.description, "parameters": parameters}
        plain.append({"type": "function", "function": function})
    return plain


def _read_call(function: object) -> ToolCall:
    match function:
        case {"name": str() as name, "arguments": Mapping() as arguments}:
            return ToolCall(name, {key: value for key, value in arguments.items() if value is not None})
        case {"name": str() as name, "arguments": str() as text} if isinstance(found := _json(text), dict):
            return ToolCall(name, found)
        case _:
            raise DataError(
                f"a call of a tool is {function!r}, must have a name, and as arguments an object or its JSON",
                hint="""for example {"function": {"name": "weather", "arguments": {"city": "Oslo"}}}""",
            )


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _plain_call(call: ToolCall) -> dict[str, object]:
    try:
        arguments = _plain(call.arguments)
    except TypeError as error:
        raise InputTypeError(
            f"arguments of the call of {call.name!r} hold {error}, must be JSON values",
            hint="use dicts, lists, strings, numbers, True, False and None",
        ) from error
    return {"type": "function", "function": {"name": call.name, "arguments": arguments}}


def _plain(value: object) -> object:
    """Rebuild a value out of JSON's own types: templates come from strangers and shall see nothing else.

    Raises:
        TypeError: it holds something that has no JSON; the message says what.
    """
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, Mapping):
        for key in value:
            if type(key) is not str:
                raise TypeError(f"the key {key!r}")
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{value!r}, a {type(value).__name__}")
