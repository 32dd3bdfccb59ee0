from __future__ import annotations

from typing import Any

import pytest

from hfkit import Message, Pair, Tool
from hfkit.engines.prompts import PromptRules, check_prompt, check_prompts, read_prompts
from hfkit.errors import InputError, InputTypeError

RULES = PromptRules(most=8, kept=4, overflow="error", begin=None, tools=(Tool("now", "the time"),))


def test_only_texts_and_chats_are_prompts() -> None:
    assert check_prompt(" ", max_characters=1) == " "
    assert check_prompt([Message("user", "a")], max_characters=None) == (Message("user", "a"),)
    for given, message in (
        (None, "input is None, must be a str or a list of Messages"),
        (Pair("a", "b"), "input is a Pair, must be a str or a list of Messages"),
        (Message("user", "a"), "input is a Message, must be a str or a list of Messages"),
    ):
        with pytest.raises(InputTypeError) as caught:
            check_prompt(given, max_characters=None)
        assert caught.value.message == message
    with pytest.raises(InputTypeError) as caught:
        check_prompt(["a"], max_characters=None)
    assert caught.value.hint == "Message('user', 'Hello!'); many texts go to .batch([...])"


def test_a_bad_one_among_many_says_where() -> None:
    checked = check_prompts(["a", Pair("a", "b")], max_characters=None)
    assert next(checked) == "a"
    with pytest.raises(InputTypeError, match="input 1 is a Pair") as caught:
        next(checked)
    assert caught.value.index == 1
    with pytest.raises(
        InputTypeError, match="inputs are a str, must be an iterable of str or lists of Messages"
    ):
        check_prompts("a", max_characters=None)


def test_tools_want_a_chat() -> None:
    nobody: Any = None  # no text comes to the tokenizer
    read, error = read_prompts(["What time is it?"], nobody, RULES, first_index=3)
    assert read == []
    assert isinstance(error, InputError)
    assert error.message == "input 3 is a text, and only chats tell a model of tools"
    assert error.hint == "give a chat: [Message('user', text)]"
    assert error.index == 3
