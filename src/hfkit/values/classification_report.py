"""The reports on models that label texts."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hfkit._lazy import reach

from .classification_scores import Calibration, ClassificationScores, Confusion, MultiLabelScores
from .estimates import Estimate
from .label_figures import Averages, LabelFigures
from .layout import aligned, counted, shortened
from .report import Report

__all__ = ["ClassificationReport", "MultiLabelReport", "WrongLabel", "WrongLabels"]

# Lines of labels that fit on a screen beside the rest.
_SHOWN = 10

_NAME = 40


@dataclass(frozen=True, slots=True)
class WrongLabel:
    """A row with another label than the one that was said.

    Attributes:
        row: its number in the split, from 0.
        said: the label that the model gave.
        expected: the label that it has.
        score: the probability of what was said.
    """

    row: int
    said: str
    expected: str
    score: float


@dataclass(frozen=True, slots=True)
class WrongLabels:
    """A row with other labels than those that were said.

    Attributes:
        row: its number in the split, from 0.
        said: the labels that the model gave, sorted.
        expected: the labels that it has, sorted.
    """

    row: int
    said: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationReport(Report):
    """How good a model is that gives each row one label.

    Attributes:
        scores: accuracy, precision, recall, F1, and what was mistaken for what.
        calibration: how far the model is as often right as it says; None where its scores are no probabilities that
            add up to 1.
        mistakes: the rows that are wrong, in their order.
    """

    scores: ClassificationScores
    calibration: Calibration | None
    mistakes: tuple[WrongLabel, ...]

    @property
    def accuracy(self) -> Estimate:
        """The share of rows with the right label, from 0 to 1."""
        return self.scores.accuracy

    @property
    def macro_f1(self) -> Estimate:
        """The mean F1 of all labels that occur, each counting the same, from 0 to 1."""
        return self.scores.averages.macro.f1

    def plot_confusion(self, path: str | os.PathLike[str], /) -> Path:
        """Draw which labels were said for which.

        Args:
            path: where to; ``.png`` or ``.svg`` says what is drawn.

        Returns:
            The file.

        Raises:
            SettingError: the file's name ends otherwise.
            MissingDependencyError: matplotlib is not installed.
        """
        draw = cast(
            "Callable[[Confusion, Path], None]", reach("hfkit.interop.confusion_plot", "plot_confusion")
        )
        draw(self.scores.confusion, Path(path))
        return Path(path)

    def plot_reliability(self, path: str | os.PathLike[str], /) -> Path:
        """Draw how often the model is right where it is so sure; as :meth:`plot_confusion`.

        Raises:
            SettingError: the file's name ends otherwise, or the model gives no probabilities.
            MissingDependencyError: matplotlib is not installed.
        """
        draw = cast(
            "Callable[[Calibration | None, Path], None]",
            reach("hfkit.interop.reliability_plot", "plot_reliability"),
        )
        draw(self.calibration, Path(path))
        return Path(path)

    def _figures(self) -> list[str]:
        scores = self.scores
        lines = [f"accuracy  {scores.accuracy}", *label_lines(scores.labels, scores.averages)]
        confused = str(scores.confusion)
        lines.append(
            counted(len(self.mistakes), "mistake") + (f", most often {confused}" if confused else "")
        )
        if self.calibration:
            lines += [
                f"calibration error {self.calibration.error}, Brier score {self.calibration.brier}",
                f"log loss {self.calibration.log_loss}",
            ]
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiLabelReport(Report):
    """How good a model is that may give each row any number of labels.

    Attributes:
        scores: subset accuracy, precision, recall and F1.
        mistakes: the rows whose labels are not exactly right, in their order.
    """

    scores: MultiLabelScores
    mistakes: tuple[WrongLabels, ...]

    @property
    def subset_accuracy(self) -> Estimate:
        """The share of rows with exactly the right labels, from 0 to 1."""
        return self.scores.subset_accuracy

    @property
    def macro_f1(self) -> Estimate:
        """The mean F1 of all labels that occur, each counting the same, from 0 to 1."""
        return self.scores.averages.macro.f1

    def _figures(self) -> list[str]:
        scores = self.scores
        return [
            f"subset accuracy  {scores.subset_accuracy}",
            *label_lines(scores.labels, scores.averages),
            counted(len(self.mistakes), "mistake"),
        ]


def label_lines(labels: Sequence[LabelFigures], averages: Averages) -> list[str]:
    """Give a table of figures, of all labels or of those with the lowest F1."""
    shown = (
        labels
        if len(labels) <= _SHOWN
        else sorted((label for label in labels if label.support), key=lambda label: label.f1.value)[:_SHOWN]
    )
    rows = [("", "precision", "recall", "F1", "rows")]
    rows += [
        (shortened(one.label, _NAME), *_three(one.precision, one.recall, one.f1), f"{one.support:,}")
        for one in shown
    ]
    for name, mean in (("macro", averages.macro), ("micro", averages.micro), ("weighted", averages.weighted)):
        rows.append((name, *_three(mean.precision, mean.recall, mean.f1), ""))
    lines = aligned(rows)
    if len(shown) < len(labels):
        lines.insert(1 + len(shown), f"(the {len(shown)} lowest of {len(labels)} labels)")
    return lines


def _three(*estimates: Estimate) -> tuple[str, str, str]:
    precision, recall, f1 = estimates
    return f"{precision.value:.3f}", f"{recall.value:.3f}", str(f1)
