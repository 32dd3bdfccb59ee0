"""What a call takes: one text, or several that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Pair", "Question", "TextInput"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts judged together, such as a premise and a hypothesis.

    Attributes:
        first: the text that comes first in the model's template.
        second: the text that comes second.

    >>> Pair("A man sleeps.", "A person rests.").second
    'A person rests.'
    """

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the text that is to be searched for its answer.

    Attributes:
        text: the question.
        context: the text, of any length.

    >>> Question("Who wrote it?", context="Ada Lovelace wrote it in 1843.").text
    'Who wrote it?'
    """

    text: str
    context: str


TextInput: TypeAlias = str | Pair
"""One input of a text model."""
