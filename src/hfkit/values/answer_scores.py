"""How good answers are.

All figures are percentages, from 0 to 100, as the official scripts print them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .jsonable import to_json_value

__all__ = ["AnswerScores", "GroupScores", "NoAnswerThreshold"]


@dataclass(frozen=True, slots=True)
class GroupScores:
    """The scores of some of the questions.

    Attributes:
        exact_match: answers that equal a reference, in percent.
        f1: mean overlap of an answer with the closest of its references, in percent.
        total: how many questions, at least 1.
    """

    exact_match: float
    f1: float
    total: int


@dataclass(frozen=True, slots=True)
class AnswerScores:
    """The scores of all questions.

    Attributes:
        exact_match: answers that equal a reference, in percent.
        f1: mean overlap of an answer with the closest of its references, in percent.
        total: how many questions, at least 1.
        has_answer: the scores of the questions that have an answer; None if there are none.
        no_answer: the scores of the questions that have none; None if there are none.
    """

    exact_match: float
    f1: float
    total: int
    has_answer: GroupScores | None
    no_answer: GroupScores | None

    def to_dict(self) -> dict[str, object]:
        """Give the scores as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class NoAnswerThreshold:
    """Where to stop answering, and what that gives.

    Attributes:
        threshold: no answer is given where the null score is above it.
        exact_match: exact match of the answers that are left, in percent.
        f1: F1 of the answers that are left, in percent.
    """

    threshold: float
    exact_match: float
    f1: float

    def to_dict(self) -> dict[str, object]:
        """Give the threshold as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}
