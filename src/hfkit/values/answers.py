"""The result of Answer."""

from __future__ import annotations

from dataclasses import dataclass

from .jsonable import to_json_value
from .provenance import Coverage, Source

__all__ = ["AnswerSpan", "Answers", "Evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence around an answer, or the sentences if it crosses several.

    Attributes:
        text: ``context[start:end]``.
        start: its first character in the context.
        end: the character after its last.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A part of the context that may be the answer.

    Attributes:
        text: ``context[start:end]``.
        score: its share of ``exp(logit)`` among all spans that were allowed, in all windows, and no
            answer if that was allowed: a probability from 0 to 1.
        start: its first character in the context.
        end: the character after its last.
        logit: the model's raw logit for its first token plus that for its last; comparable between
            contexts, as probabilities are not.
        evidence: the sentence around it.
    """

    text: str
    score: float
    start: int
    end: int
    logit: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to one question, best first.

    Attributes:
        spans: the best spans of the context, at least one and at most ``top_k``, whether or not the
            model prefers to give no answer.
        answered: whether the best span is given as the answer; always, unless ``no_answer`` is on.
        null_score: the raw logit of no answer (the lowest of all windows) less that of the best
            span; the greater, the more the model prefers to give none.
        null_probability: the score of no answer, 0 unless ``no_answer`` is on.
        coverage: how much of the context was read.
        source: which model gave the answer, and how.
    """

    spans: tuple[AnswerSpan, ...]
    answered: bool
    null_score: float
    null_probability: float
    coverage: Coverage
    source: Source

    @property
    def best(self) -> AnswerSpan | None:
        """The span that is the answer; None if there is no answer."""
        return self.spans[0] if self.answered else None

    @property
    def text(self) -> str:
        """The answer's text; empty if there is no answer."""
        return self.best.text if self.best else ""

    @property
    def score(self) -> float:
        """The answer's score; that of no answer if there is none."""
        return self.best.score if self.best else self.null_probability

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values, the main answer included."""
        return {
            "text": self.text,
            "score": self.score,
            "answered": self.answered,
            "null_score": self.null_score,
            "null_probability": self.null_probability,
            "spans": to_json_value(self.spans),
            "coverage": to_json_value(self.coverage),
            "source": self.source.to_dict(),
        }
