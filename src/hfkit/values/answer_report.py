"""The report on models that answer questions."""

from __future__ import annotations

from dataclasses import dataclass

from .answer_scores import AnswerScores, NoAnswerThreshold
from .estimates import Estimate
from .layout import counted, shortened
from .report import Report

__all__ = ["AnswerReport", "WrongAnswer"]

_SHOWN, _TEXT = 5, 40


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A question with other answers than the one that was given.

    Attributes:
        row: its number in the split, from 0.
        said: the answer that the model gave; empty for none.
        expected: the answers that count as right; none if there is no answer.
        f1: the overlap with the closest of them, in percent.
    """

    row: int
    said: str
    expected: tuple[str, ...]
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReport(Report):
    """How good a model's answers are, by the rules of SQuAD: all figures are percentages.

    Attributes:
        exact_match: answers that equal a reference.
        f1: mean overlap of an answer with the closest of its references.
        scores: the same figures, and those of questions with and without an answer apart.
        threshold: where some questions have no answer, the ``null_threshold`` that scores best on these very rows, and
            what it gives: as good as it can get, not what to expect on others. Else None.
        mistakes: the questions whose answer equals no reference, in their order.
    """

    exact_match: Estimate
    f1: Estimate
    scores: AnswerScores
    threshold: NoAnswerThreshold | None
    mistakes: tuple[WrongAnswer, ...]

    def _figures(self) -> list[str]:
        lines = [f"exact match  {_percent(self.exact_match)}", f"F1           {_percent(self.f1)}"]
        groups = (("with an answer", self.scores.has_answer), ("without", self.scores.no_answer))
        if self.scores.no_answer:
            lines += [
                f"{name}: {counted(group.total, 'question')}, exact match {group.exact_match:.1f}, F1 {group.f1:.1f}"
                for name, group in groups
                if group
            ]
        if self.threshold:
            best = self.threshold
            lines.append(f"at best, with null_threshold={best.threshold:.3g}: F1 {best.f1:.1f} on these rows")
        lines.append(
            counted(len(self.mistakes), "mistake") + (", the first of them:" if self.mistakes else "")
        )
        lines += [
            f"  row {wrong.row}: {shortened(wrong.said, _TEXT) or 'no answer'} for "
            f"{shortened(wrong.expected[0], _TEXT) if wrong.expected else 'no answer'}"
            for wrong in self.mistakes[:_SHOWN]
        ]
        return lines


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.1f} [{estimate.low:.1f}, {estimate.high:.1f}]"
