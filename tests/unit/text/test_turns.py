from __future__ import annotations

import json

import pytest

from hfkit.errors import DataError
from hfkit.text.turns import plain_messages, read_message
from hfkit.values.chat import Message
from hfkit.values.tools import ToolCall


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"role": "user", "content": "Hello!"}, Message("user", "Hello!")),
        ({"role": "assistant", "content": None, "tool_calls": []}, Message("assistant", "")),
        ({"role": None, "content": "a", "name": None}, Message("", "a")),
        ({"role": "tool", "content": "-4", "name": "weather"}, Message("tool", "-4", name="weather")),
    ],
)
def test_messages_are_read(plain: dict[str, object], message: Message) -> None:
    assert read_message(plain) == message


@pytest.mark.parametrize(
    "call",
    [
        {"type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo", "days": None}}},
        {"id": "1", "function": {"name": "weather", "arguments": json.dumps({"city": "Oslo"})}},
        {"name": "weather", "arguments": {"city": "Oslo"}},
    ],
)
def test_calls_of_tools_are_read(call: dict[str, object]) -> None:
    message = read_message({"role": "assistant", "content": "", "tool_calls": [call]})
    assert message.tool_calls == (ToolCall("weather", {"city": "Oslo"}),)
    assert message.tool_calls[0].arguments == {"city": "Oslo"}
    (again,) = plain_messages([message], "tool_calls")
    assert read_message(again) == message


@pytest.mark.parametrize(
    "call",
    [
        {"name": "weather"},
        {"name": "weather", "arguments": "[1]"},
        {"name": "weather", "arguments": "{"},
        {"function": None},
    ],
)
def test_calls_that_are_none_are_refused(call: dict[str, object]) -> None:
    with pytest.raises(DataError, match=r"a call of a tool is .*, must have a name") as caught:
        read_message({"role": "assistant", "content": "", "tool_calls": [call]})
    assert "Oslo" in caught.value.hint
