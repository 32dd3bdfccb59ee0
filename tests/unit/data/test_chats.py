"""The chats of a table as messages."""

from __future__ import annotations

import pytest

import hfkit
from hfkit.errors import DataError

CALL = {"function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
CHAT = [
    {"role": "user", "content": "Is it cold?", "tool_calls": None},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
]


def test_chats_are_given_with_their_calls() -> None:
    data = hfkit.Chats(train=[{"messages": CHAT}])
    ((asked, calling),) = data.messages_of(data.train)
    assert (asked.role, asked.content, asked.tool_calls) == ("user", "Is it cold?", ())
    assert calling.tool_calls[0].arguments == {"city": "Oslo"}


def test_a_call_that_is_none_is_refused_with_its_row() -> None:
    call = {"function": {"name": "weather", "arguments": "x"}}
    broken = [CHAT[0], {"role": "assistant", "content": "", "tool_calls": [call]}]
    data = hfkit.Chats(train=[{"messages": CHAT}, {"messages": broken}])
    with pytest.raises(DataError, match=r"^row 1: a call of a tool is"):
        list(data.messages_of(data.train))
