"""What a call takes: one text, or several that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hfkit.errors import InputTypeError

__all__ = ["Pair", "Question", "TagInput", "TextInput", "Words"]


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


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Words:
    """A text that is cut into words already, as the data are that taggers learn from.

    Attributes:
        words: the words, in their order.

    Raises:
        InputTypeError: it is given no sequence of texts; one text is no sequence of words.

    >>> words = Words(["Marie", "Curie", "was", "born", "in", "Warsaw", "."])
    >>> words.text
    'Marie Curie was born in Warsaw .'
    """

    words: tuple[str, ...]

    def __init__(self, words: Sequence[str], /) -> None:
        if isinstance(words, str) or not isinstance(words, Sequence):
            raise InputTypeError(
                f"Words is given {words!r}, must be a sequence of words",
                hint="a text that is not cut goes to the facade as it is",
            )
        for place, word in enumerate(words):
            if not isinstance(word, str):
                raise InputTypeError(
                    f"word {place} of Words is {word!r}, must be a str", hint="write numbers as texts"
                )
        object.__setattr__(self, "words", tuple(words))

    def __repr__(self) -> str:
        return f"Words({list(self.words)!r})"

    @property
    def text(self) -> str:
        """The words with a blank between each two: what the model reads, and where offsets count."""
        return " ".join(self.words)


TagInput: TypeAlias = str | Words
"""One input of a model that tags words."""
