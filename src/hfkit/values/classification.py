"""The result of Classify."""

from __future__ import annotations

from dataclasses import dataclass

from hfkit.errors import UnknownLabelError

from .jsonable import to_json_value
from .provenance import Coverage, Source
from .suggestion import did_you_mean

__all__ = ["Classification", "LabelScore"]


@dataclass(frozen=True, slots=True)
class LabelScore:
    """A label and its score.

    Attributes:
        label: the label's name, from the model's configuration.
        score: a probability from 0 to 1; for a regression model the plain output.
    """

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The labels of one input, best first.

    Attributes:
        scores: the labels with their scores, best first, at most ``top_k`` of them.
        labels: the labels that hold: the best one of a model that chooses one, all at or above
            the threshold of a model that may choose several (possibly none).
        coverage: how much of the input was read.
        source: which model gave the answer, and how.
    """

    scores: tuple[LabelScore, ...]
    labels: tuple[str, ...]
    coverage: Coverage
    source: Source

    @property
    def label(self) -> str:
        """The best label."""
        return self.scores[0].label

    @property
    def score(self) -> float:
        """The best label's score."""
        return self.scores[0].score

    def score_of(self, label: str) -> float:
        """Give the score of one label.

        Args:
            label: the label's exact name.

        Raises:
            UnknownLabelError: no such label is among ``scores``.
        """
        for entry in self.scores:
            if entry.label == label:
                return entry.score
        names = [entry.label for entry in self.scores]
        raise UnknownLabelError(
            f"label {label!r} is not among {names}",
            hint=did_you_mean(label, names) or "look at .scores; a small top_k leaves labels out",
        )

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values, the main answer included."""
        return {
            "label": self.label,
            "score": self.score,
            "labels": list(self.labels),
            "scores": to_json_value(self.scores),
            "coverage": to_json_value(self.coverage),
            "source": self.source.to_dict(),
        }
