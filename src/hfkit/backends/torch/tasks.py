"""What transformers calls the kinds of models, and which weights are easily taken for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "CAUSAL_WRITING",
    "ENCODED_WRITING",
    "MASKED_LANGUAGE",
    "QUESTION_ANSWERING",
    "SEQUENCE_CLASSIFICATION",
    "TEXT_EMBEDDING",
    "TOKEN_CLASSIFICATION",
    "WRITERS",
    "Task",
]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A kind of model.

    Attributes:
        name: what it is called in a message.
        model_class: the name of transformers' class that opens any architecture with the task's head.
        mistaken_for: finds classes whose heads share the names of their weights with this task's, so
            that nothing would be found missing.
        outputs: the names of what its head gives.
        takes_types: whether such models may tell texts apart by ``token_type_ids``.
        per_token: whether its head gives something for each token, and not for a whole text.
        idle: finds weights that the model has and its outputs do not come from; files need not have them.
    """

    name: str
    model_class: Literal[
        "AutoModel",
        "AutoModelForCausalLM",
        "AutoModelForMaskedLM",
        "AutoModelForQuestionAnswering",
        "AutoModelForSeq2SeqLM",
        "AutoModelForSequenceClassification",
        "AutoModelForTokenClassification",
    ]
    mistaken_for: re.Pattern[str]
    outputs: tuple[str, ...]
    takes_types: bool = True
    per_token: bool = True
    idle: re.Pattern[str] | None = None


SEQUENCE_CLASSIFICATION = Task(
    "sequence classification",
    "AutoModelForSequenceClassification",
    re.compile(r"For(TokenClassification|QuestionAnswering|MultipleChoice)\b"),
    ("logits",),
    per_token=False,
)

QUESTION_ANSWERING = Task(
    "question answering",
    "AutoModelForQuestionAnswering",
    re.compile(r"For(TokenClassification|SequenceClassification|MultipleChoice)\b"),
    ("start_logits", "end_logits"),
)

TOKEN_CLASSIFICATION = Task(
    "token classification",
    "AutoModelForTokenClassification",
    re.compile(r"For(QuestionAnswering|SequenceClassification|MultipleChoice)\b"),
    ("logits",),
)

TEXT_EMBEDDING = Task(
    "text embedding",
    "AutoModel",
    re.compile(r"For(QuestionAnswering|SequenceClassification|TokenClassification|MultipleChoice)\b"),
    ("last_hidden_state",),
    idle=re.compile(r"(^|\.)pooler\."),
)
"""No head: what the last layer gives for each token."""

MASKED_LANGUAGE = Task(
    "masked language modelling",
    "AutoModelForMaskedLM",
    re.compile(r"(LMHeadModel|ForCausalLM)\b"),
    ("logits",),
)
"""What stands behind a mask, from what is before and after it."""

_NO_WRITERS = re.compile(
    r"For(SequenceClassification|TokenClassification|QuestionAnswering|MultipleChoice|MaskedLM)\b"
)

CAUSAL_WRITING = Task("text generation", "AutoModelForCausalLM", _NO_WRITERS, ("logits",), takes_types=False)
"""Decoder only: what is written goes on from what was read."""

ENCODED_WRITING = Task(
    "text to text generation", "AutoModelForSeq2SeqLM", _NO_WRITERS, ("logits",), takes_types=False
)
"""Encoder-decoder: one text is read, another written."""

WRITERS = (CAUSAL_WRITING, ENCODED_WRITING)
"""Of both kinds."""
