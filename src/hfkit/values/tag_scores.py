"""How good tags of words are."""

from __future__ import annotations

from dataclasses import dataclass

from .estimates import Estimate
from .jsonable import to_json_value
from .label_figures import Averages, LabelFigures

__all__ = ["Entity", "TagScores"]


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """Some words in a row that are one thing.

    Attributes:
        start: the position of its first word.
        end: the position after its last word.
        type: what it is.
    """

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class TagScores:
    """How good tags are: by entity, as CoNLL counts, and by word.

    Attributes:
        rows: how many rows, at least 1.
        accuracy: the share of words with the right tag, from 0 to 1; flattering where most words are outside of all
            entities.
        averages: precision, recall and F1 over all types; F1 of CoNLL is ``averages.micro.f1``.
        types: precision, recall and F1 of the entities of each type.
    """

    rows: int
    accuracy: Estimate
    averages: Averages
    types: tuple[LabelFigures, ...]

    def to_dict(self) -> dict[str, object]:
        """Give the scores as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}
