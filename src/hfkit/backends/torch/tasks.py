"""What transformers calls the kinds of models, and which weights are easily taken for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["QUESTION_ANSWERING", "SEQUENCE_CLASSIFICATION", "Task"]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A kind of model.

    Attributes:
        name: what it is called in a message.
        model_class: the name of transformers' class that opens any architecture with the task's head.
        mistaken_for: finds classes whose heads share the names of their weights with this task's, so
            that nothing would be found missing.
        outputs: the names of what its head gives.
    """

    name: str
    model_class: Literal["AutoModelForQuestionAnswering", "AutoModelForSequenceClassification"]
    mistaken_for: re.Pattern[str]
    outputs: tuple[str, ...]


SEQUENCE_CLASSIFICATION = Task(
    "sequence classification",
    "AutoModelForSequenceClassification",
    re.compile(r"For(TokenClassification|QuestionAnswering|MultipleChoice)\b"),
    ("logits",),
)

QUESTION_ANSWERING = Task(
    "question answering",
    "AutoModelForQuestionAnswering",
    re.compile(r"For(TokenClassification|SequenceClassification|MultipleChoice)\b"),
    ("start_logits", "end_logits"),
)
