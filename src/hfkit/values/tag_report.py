"""The report on models that tag words."""

from __future__ import annotations

from dataclasses import dataclass

from .classification_report import label_lines
from .estimates import Estimate
from .layout import counted
from .report import Report
from .tag_scores import Entity, TagScores

__all__ = ["TagReport", "WrongTags"]


@dataclass(frozen=True, slots=True)
class WrongTags:
    """A row whose entities are others than those that were said.

    Attributes:
        row: its number in the split, from 0.
        said: the entities that the model gave, in their order.
        expected: the entities that there are, in their order.
    """

    row: int
    said: tuple[Entity, ...]
    expected: tuple[Entity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagReport(Report):
    """How good a model is that tags words, by the entities that the tags make.

    Attributes:
        scores: precision, recall and F1 of entities, and the accuracy of tags.
        mistakes: the rows whose entities are not exactly right, in their order.
    """

    scores: TagScores
    mistakes: tuple[WrongTags, ...]

    @property
    def f1(self) -> Estimate:
        """F1 of entities of all types together, as CoNLL counts, from 0 to 1."""
        return self.scores.averages.micro.f1

    def _figures(self) -> list[str]:
        scores = self.scores
        return [
            f"entity F1     {self.f1}",
            f"tag accuracy  {scores.accuracy}",
            *label_lines(scores.types, scores.averages),
            f"{counted(len(self.mistakes), 'row')} with mistakes",
        ]
