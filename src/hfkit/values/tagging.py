"""The result of Tag."""

from __future__ import annotations

from dataclasses import dataclass

from .jsonable import to_json_value
from .provenance import Coverage, Source

__all__ = ["TaggedSpan", "Tagging"]


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A part of a text with a label: a word, or the words of an entity.

    Attributes:
        text: ``text[start:end]`` of the text that was tagged.
        label: what it is: for a word one of the model's labels, for an entity its type, which is the label without
            ``B-`` or ``I-``.
        score: from 0 to 1: for a word the probability of its label, for an entity the mean of its words'.
        start: its first character in the text.
        end: the character after its last.
    """

    text: str
    label: str
    score: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tagging:
    """The words of a text with their labels, and the entities that these make.

    Attributes:
        text: the text that offsets count in: the caller's own, or the words that were given, with blanks between them.
        entities: the entities, in the order of the text.
        words: the words that were read, in their order.
        coverage: how much of the text was read.
        source: which model gave the labels, and how.
    """

    text: str
    entities: tuple[TaggedSpan, ...]
    words: tuple[TaggedSpan, ...]
    coverage: Coverage
    source: Source

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of each word."""
        return tuple(word.label for word in self.words)

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values."""
        return {
            "text": self.text,
            "entities": to_json_value(self.entities),
            "words": to_json_value(self.words),
            "coverage": to_json_value(self.coverage),
            "source": self.source.to_dict(),
        }
