"""How good labels are."""

from __future__ import annotations

from dataclasses import dataclass

from .estimates import Estimate
from .jsonable import to_json_value
from .label_figures import Averages, LabelFigures
from .layout import shortened

__all__ = ["Calibration", "ClassificationScores", "Confusion", "MultiLabelScores", "ReliabilityBin"]

_NAME = 40  # characters of a label
_SPELLED = 3


@dataclass(frozen=True, slots=True)
class Confusion:
    """Which labels were said for which.

    Attributes:
        labels: their names.
        counts: for each expected label how often each label was said, a row for an expected one.

    >>> Confusion(("no", "yes"), ((3, 1), (0, 2))).worst()
    (('no', 'yes', 1),)
    >>> print(Confusion(("no", "yes"), ((3, 1), (0, 2))))
    no as yes (1)
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def worst(self, count: int = 5) -> tuple[tuple[str, str, int], ...]:
        """Give what was most often mistaken: the expected label, the one that was said, and how often.

        Args:
            count: how many to give, the most frequent first; equal ones in the order of the labels.
        """
        wrong = [
            (expected, said, times)
            for expected, row in zip(self.labels, self.counts, strict=True)
            for said, times in zip(self.labels, row, strict=True)
            if times and said != expected
        ]
        return tuple(sorted(wrong, key=lambda entry: -entry[2])[:count])

    def __str__(self) -> str:
        return ", ".join(
            f"{shortened(expected, _NAME)} as {shortened(said, _NAME)} ({times})"
            for expected, said, times in self.worst(_SPELLED)
        )


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Rows of which the model was about equally sure.

    Attributes:
        low: confidences are above this,
        high: and at most this.
        rows: how many rows; if there are none, both figures are 0.
        confidence: their mean confidence.
        accuracy: how many of them are right, from 0 to 1.
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far a model is as often right as it says.

    Attributes:
        error: the expected calibration error, from 0 to 1: how far accuracy and confidence are apart, bin by bin. Where
            bins hold few rows, chance alone keeps it from 0, and its interval leans upwards.
        brier: the Brier score, from 0 (sure and right) to 2 (sure and wrong): the squared distance between
            probabilities and truth, summed over labels.
        log_loss: the mean natural logarithm of 1 / the probability of the expected label.
        bins: of equal width, from 0 to 1.
    """

    error: Estimate
    brier: Estimate
    log_loss: Estimate
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class ClassificationScores:
    """How good labels are where each row has one.

    Attributes:
        rows: how many rows, at least 1.
        accuracy: the share of rows with the right label, from 0 to 1.
        averages: precision, recall and F1 over all labels.
        labels: precision, recall and F1 of each label.
        confusion: which labels were said for which.
    """

    rows: int
    accuracy: Estimate
    averages: Averages
    labels: tuple[LabelFigures, ...]
    confusion: Confusion

    def to_dict(self) -> dict[str, object]:
        """Give the scores as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class MultiLabelScores:
    """How good labels are where a row may have any number of them.

    Attributes:
        rows: how many rows, at least 1.
        subset_accuracy: the share of rows with exactly the right labels, from 0 to 1.
        averages: precision, recall and F1 over all labels.
        labels: precision, recall and F1 of each label.
    """

    rows: int
    subset_accuracy: Estimate
    averages: Averages
    labels: tuple[LabelFigures, ...]

    def to_dict(self) -> dict[str, object]:
        """Give the scores as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}
