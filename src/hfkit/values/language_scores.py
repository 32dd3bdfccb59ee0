"""How well a language model foresees texts."""

from __future__ import annotations

from dataclasses import dataclass

from .estimates import Estimate
from .jsonable import to_json_value

__all__ = ["LanguageScores"]


@dataclass(frozen=True, slots=True)
class LanguageScores:
    """How well texts were foreseen, token by token.

    Attributes:
        rows: how many texts, at least 1.
        tokens: how many tokens were foreseen, each once.
        perplexity: among how many equally likely tokens the model was as unsure; 1 is certain. Comparable between
            models with the same tokenizer alone.
        loss: its natural logarithm: the mean negative log probability of a token.
        bits_per_byte: the negative log probabilities to the base of 2, for each byte of the texts in UTF-8; comparable
            between tokenizers.
    """

    rows: int
    tokens: int
    perplexity: Estimate
    loss: Estimate
    bits_per_byte: Estimate

    def to_dict(self) -> dict[str, object]:
        """Give the scores as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}
