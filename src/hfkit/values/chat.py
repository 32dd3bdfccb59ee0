"""What a tokenizer takes beside texts and pairs: a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .inputs import Pair

__all__ = ["Message", "TokenInput"]


@dataclass(frozen=True, slots=True)
class Message:
    """What one side of a chat said.

    Attributes:
        role: who speaks, as the model's template names it: ``"system"``, ``"user"``, ``"assistant"``.
        content: what is said.

    >>> Message("user", "Hello!").role
    'user'
    """

    role: str
    content: str


TokenInput: TypeAlias = str | Pair | Sequence[Message]
"""One input of a tokenizer: a text, two texts, or a chat as the list of its messages."""
