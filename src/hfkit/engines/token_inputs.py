"""Check what callers give to be tokenized: texts, pairs and chats, blank ones too."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping

from hfkit.errors import EmptyInputError, InputError, InputTypeError
from hfkit.values.chat import Message, TokenInput
from hfkit.values.inputs import Pair
from hfkit.values.tokens import Tokens
from hfkit.values.tools import ToolCall

from .inputs import check_text, describe, name_of

__all__ = ["check_ids", "check_token_input", "check_token_inputs"]


def check_ids(ids: object) -> list[int]:
    """Make sure that ids are whole numbers, of Python, numpy or torch.

    Raises:
        InputTypeError: they are not, or no ids of one text.
    """
    hint = "give the ids of one text: tokens.ids"
    if isinstance(ids, Tokens | bytes | bytearray | Mapping) or not isinstance(ids, Iterable):
        raise InputTypeError(f"ids are {describe(ids)}, must be an iterable of whole numbers", hint=hint)
    checked = []
    try:
        for id_ in ids:
            if isinstance(id_, bool) or "bool" in str(getattr(id_, "dtype", "")):
                raise InputTypeError(f"id is {id_!r}, must be a whole number", hint="give ids, not a mask")
            try:
                checked.append(operator.index(id_))
            except TypeError:
                raise InputTypeError(f"id is {id_!r}, must be a whole number", hint=hint) from None
    except TypeError as error:  # an array of no dimension says only now that it holds no rows
        if isinstance(error, InputTypeError):
            raise
        raise InputTypeError(f"ids are {describe(ids)} of no dimension, must be of one", hint=hint) from error
    return checked


def check_token_input(
    item: object, *, max_characters: int | None, index: int | None = None, pairs: bool = True
) -> TokenInput:
    """Make sure that one input can be tokenized.

    Args:
        item: what the caller gave.
        max_characters: the most characters of one text; None for no limit.
        index: its position among many, for the error.
        pairs: whether it may be a Pair.

    Raises:
        InputTypeError: it is no string, no Pair of strings and no list of Messages.
        EmptyInputError: it is a chat without messages.
        InputEncodingError: a text holds half of a surrogate pair.
        InputTooLongError: a text has more characters than allowed.
    """
    name = name_of(index)
    try:
        match item:
            case str():
                check_text(item, name, max_characters, blank=True)
                return item
            case Pair(first, second) if pairs:
                check_text(first, f"{name}, first text", max_characters, blank=True)
                check_text(second, f"{name}, second text", max_characters, blank=True)
                return item
            case list() | tuple():
                return _checked_chat(item, name, max_characters, pairs=pairs)
            case Pair():
                raise InputTypeError(
                    f"{name} is a Pair, must be a str or a list of Messages", hint="join the two texts to one"
                )
            case _:
                allowed = "a str, a Pair or a list of Messages" if pairs else "a str or a list of Messages"
                raise InputTypeError(
                    f"{name} is {describe(item)}, must be {allowed}",
                    hint="a chat is [Message(role, content), ...]; bytes want .decode(); many inputs go to .batch(...)",
                )
    except InputError as error:
        error.index = index
        raise


def check_token_inputs(
    items: object, *, max_characters: int | None, pairs: bool = True
) -> Iterator[TokenInput]:
    """Check many inputs, one at a time as they are taken.

    Args:
        items: what the caller gave.
        max_characters: the most characters of one text; None for no limit.
        pairs: whether one may be a Pair.

    Raises:
        InputTypeError: ``items`` is itself one input, or cannot be iterated; at once.
        InputError: an input is bad; when it is reached.
    """
    single = isinstance(items, str | bytes | bytearray | Pair | Message | Mapping) or hasattr(
        items, "columns"
    )
    if single or not isinstance(items, Iterable):
        allowed = "str, Pair or lists of Messages" if pairs else "str or lists of Messages"
        raise InputTypeError(
            f"inputs are {describe(items)}, must be an iterable of {allowed}",
            hint="one goes to the facade itself, facade(text); many go in a list, facade.batch([text, ...])",
        )
    if isinstance(items, list | tuple) and items and isinstance(items[0], Message):
        raise InputTypeError(
            "inputs are the Messages of one chat, must be an iterable of chats",
            hint="one chat goes to the facade itself, facade(messages); many to facade.batch([messages, ...])",
        )
    return (
        check_token_input(item, max_characters=max_characters, index=index, pairs=pairs)
        for index, item in enumerate(items)
    )


def _checked_chat(
    item: list[object] | tuple[object, ...], name: str, max_characters: int | None, *, pairs: bool
) -> tuple[Message, ...]:
    if not item:
        raise EmptyInputError(f"{name} is a chat without messages", hint="give at least one Message")
    messages = []
    for number, message in enumerate(item):
        if not isinstance(message, Message):
            two = ", two to hfkit.Pair(first, second)" if pairs else ""
            raise InputTypeError(
                f"{name}, message {number}, is {describe(message)}, must be a Message",
                hint=f"Message('user', 'Hello!'); many texts go to .batch([...]){two}",
            )
        check_text(message.role, f"{name}, role of message {number}", max_characters)
        check_text(message.content, f"{name}, message {number}", max_characters, blank=True)
        if message.name is not None:
            check_text(message.name, f"{name}, name of message {number}", max_characters)
        calls: object = message.tool_calls  # not everybody runs a type checker
        if not isinstance(calls, tuple) or not all(isinstance(call, ToolCall) for call in calls):
            raise InputTypeError(
                f"{name}, tool_calls of message {number} are {describe(calls)}, must be a tuple of ToolCalls",
                hint="Message('assistant', '', tool_calls=(ToolCall('name', {'argument': 1}),))",
            )
        messages.append(message)
    return tuple(messages)
