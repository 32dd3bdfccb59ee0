"""What a call takes: one text, or two that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Pair", "TextInput"]


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


TextInput: TypeAlias = str | Pair
"""One input of a text model."""
