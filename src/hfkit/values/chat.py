"""What a tokenizer takes beside texts and pairs: a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TypeAlias

from .inputs import Pair
from .tools import ToolCall

__all__ = ["Message", "Prompt", "TokenInput"]


@dataclass(frozen=True, slots=True)
class Message:
    """What one side of a chat said.

    Attributes:
        role: who speaks, as the model's template names it: ``"system"``, ``"user"``, ``"assistant"``, and ``"tool"``
            for what a tool gave back.
        content: what is said; beside calls of tools often empty.
        tool_calls: the tools that an assistant wants to be called.
        name: the tool that gave the content back, for templates that show it.

    Results of tools follow the message that asked for them, one message for each call, in the order of the calls. Which
    result is of which call, templates that want it are told: the call of that ``name``, or the next one.

    >>> Message("user", "Hello!").role
    'user'
    >>> from hfkit.values.tools import ToolCall
    >>> call = ToolCall("weather", {"city": "Oslo"})
    >>> chat = [
    ...     Message("user", "Is it cold in Oslo?"),
    ...     Message("assistant", "", tool_calls=(call,)),
    ...     Message("tool", "-4 °C", name="weather"),
    ... ]
    """

    role: str
    content: str
    _: KW_ONLY
    tool_calls: tuple[ToolCall, ...] = ()
    name: str | None = None


TokenInput: TypeAlias = str | Pair | Sequence[Message]
"""One input of a tokenizer: a text, two texts, or a chat as the list of its messages."""

Prompt: TypeAlias = str | Sequence[Message]
"""What a model writes to: a text, or a chat as the list of its messages."""
