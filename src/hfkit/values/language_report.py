"""The report on models that foresee texts."""

from __future__ import annotations

from dataclasses import dataclass

from .estimates import Estimate
from .language_scores import LanguageScores
from .report import Report

__all__ = ["LanguageReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageReport(Report):
    """How well a language model foresees texts.

    Attributes:
        scores: perplexity, loss and bits for a byte.
        window: how many tokens the model reads at a time.
        stride: by how many tokens a window moves on; the rest of it is seen again, and not counted again.
        losses: of each row the mean negative log probability of a token; None for a row of which none was foreseen.
    """

    scores: LanguageScores
    window: int
    stride: int
    losses: tuple[float | None, ...]

    @property
    def perplexity(self) -> Estimate:
        """Among how many equally likely tokens the model was as unsure."""
        return self.scores.perplexity

    def _figures(self) -> list[str]:
        scores = self.scores
        figure = scores.perplexity
        return [
            f"perplexity     {figure.value:,.2f} [{figure.low:,.2f}, {figure.high:,.2f}]",
            f"loss           {scores.loss}",
            f"bits per byte  {scores.bits_per_byte}",
            f"{scores.tokens:,} tokens, each once, in windows of {self.window:,} that move on by {self.stride:,}",
        ]
