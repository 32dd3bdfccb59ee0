"""How near texts that were written come to those that were expected."""

from __future__ import annotations

from dataclasses import dataclass

from .estimates import Estimate
from .jsonable import to_json_value

__all__ = ["TextScores"]


@dataclass(frozen=True, slots=True)
class TextScores:
    """How near texts come to their references, by words and characters that they share.

    Attributes:
        rows: how many texts, at least 1.
        bleu: of all texts together, from 0 to 100; usual for translations.
        chrf: chrF2 of all texts together, from 0 to 100; by characters, so usable for any language.
        rouge1: mean F1 of single words, from 0 to 1; usual for summaries.
        rouge2: mean F1 of pairs of words that follow each other, from 0 to 1.
        rouge_l: mean F1 of the longest common sequence of words, from 0 to 1.
        rouge_lsum: the same, line by line, from 0 to 1.
        signatures: how each was computed, in words that make it reproducible.
    """

    rows: int
    bleu: Estimate
    chrf: Estimate
    rouge1: Estimate
    rouge2: Estimate
    rouge_l: Estimate
    rouge_lsum: Estimate
    signatures: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, object]:
        """Give the scores as a dict of JSON values, ``signatures`` as a dict of its own."""
        plain = {name: to_json_value(getattr(self, name)) for name in self.__slots__}
        return plain | {"signatures": dict(self.signatures)}
