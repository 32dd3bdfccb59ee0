"""How many tokens texts have for a model, and which of them it can read whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from transformers import AutoConfig, AutoTokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["TokenCounter"]

_UNLIMITED = 100_000  # transformers writes 1e30 where a tokenizer names no limit


class TokenCounter:
    """Counts tokens with a model's own tokenizer.

    Attributes:
        window: the most tokens that the model reads, special tokens included.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        positions = getattr(AutoConfig.from_pretrained(folder), "max_position_embeddings", None)
        self.window = min(self._tokenizer.model_max_length, positions or _UNLIMITED, _UNLIMITED)

    def __call__(self, texts: Sequence[str], *, special: bool = True) -> list[int]:
        """Give the tokens of each text."""
        encoded = self._tokenizer(list(texts), add_special_tokens=special, verbose=False)
        return [len(ids) for ids in cast("list[list[int]]", encoded["input_ids"])]
