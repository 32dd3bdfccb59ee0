"""The report on models that write texts."""

from __future__ import annotations

from dataclasses import dataclass

from .estimates import Estimate
from .layout import aligned, counted, shortened
from .report import Report
from .text_scores import TextScores

__all__ = ["TextReport", "WrongText"]

_SHOWN, _TEXT = 3, 80


@dataclass(frozen=True, slots=True)
class WrongText:
    """A row with another text than the one that was written.

    Attributes:
        row: its number in the split, from 0.
        said: the text that the model wrote.
        expected: the text that it has.
    """

    row: int
    said: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReport(Report):
    """How near the texts that a model writes come to those that are expected.

    Attributes:
        scores: BLEU, chrF and ROUGE.
        mistakes: the rows whose text is not the expected one to the letter, in their order; that a text differs does
            not make it wrong.
    """

    scores: TextScores
    mistakes: tuple[WrongText, ...]

    @property
    def bleu(self) -> Estimate:
        """BLEU of all texts together, from 0 to 100."""
        return self.scores.bleu

    @property
    def chrf(self) -> Estimate:
        """The chrF2 of all texts together, from 0 to 100."""
        return self.scores.chrf

    def _figures(self) -> list[str]:
        scores = self.scores
        of_hundred = [
            (name, f"{one.value:.1f} [{one.low:.1f}, {one.high:.1f}]")
            for name, one in (("BLEU", scores.bleu), ("chrF", scores.chrf))
        ]
        of_one = [
            ("ROUGE-1", str(scores.rouge1)),
            ("ROUGE-2", str(scores.rouge2)),
            ("ROUGE-L", str(scores.rouge_l)),
            ("ROUGE-Lsum", str(scores.rouge_lsum)),
        ]
        lines = [*aligned([*of_hundred, *of_one]), counted(len(self.mistakes), "text") + " not as expected"]
        for wrong in self.mistakes[:_SHOWN]:
            lines += [
                f"  row {wrong.row}: {shortened(wrong.said, _TEXT)}",
                f"    expected: {shortened(wrong.expected, _TEXT)}",
            ]
        return [*lines, *(f"{name}: {signature}" for name, signature in scores.signatures)]
