"""A model that is to be made from nothing: its family and its dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from hfkit.errors import SettingError

from .constraints import require_choice, require_whole
from .shown import shown_settings

__all__ = ["Architecture", "Family"]

Family: TypeAlias = Literal[
    "bert",
    "distilbert",
    "electra",
    "roberta",
    "modernbert",
    "gpt2",
    "llama",
    "qwen3",
    "t5",
    "bart",
]
"""A kind of model, as transformers names it. The first five read texts, the next three go on from
them, the last two read one and write another."""

_USUAL_HEAD = 64  # numbers that a head of attention looks at, in most models that were published


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Architecture:
    """A new model: its weights are drawn by chance, and its tokenizer is learned from the training texts.

    Attributes:
        family: the kind of model.
        layers: of the encoder, of the decoder, or of each.
        hidden: numbers that stand for a token.
        heads: of attention; ``hidden`` is an even multiple of them. None for one for every 64 numbers, or the next
            fewer that fit.
        intermediate: the inner width of the feed-forward layers; None for four times ``hidden``.
        vocabulary: the most tokens that the tokenizer learns, special ones included.
        max_tokens: the longest sequence, special tokens included.

    Raises:
        SettingError: a value is out of its range.

    >>> Architecture(family="bert", layers=6, hidden=384).attention_heads
    6
    """

    family: Family
    layers: int
    hidden: int
    heads: int | None = None
    intermediate: int | None = None
    vocabulary: int = 30_000
    max_tokens: int = 512

    def __post_init__(self) -> None:
        require_choice("family", self.family, get_args(Family))
        for name in ("layers", "hidden"):
            require_whole(name, getattr(self, name), least=1, required=True)
        for name in ("heads", "intermediate"):
            require_whole(name, getattr(self, name), least=1)
        require_whole("max_tokens", self.max_tokens, least=8, required=True)
        require_whole(
            "vocabulary", self.vocabulary, least=300, required=True
        )  # 256 bytes, and special tokens
        if self.hidden % (2 * self.attention_heads):
            raise SettingError(
                f"hidden is {self.hidden} with heads {self.attention_heads}, must be an even multiple of them",
                hint="choose another hidden, or heads=None",
            )

    @property
    def attention_heads(self) -> int:
        """How many heads of attention there are: the default where none were asked for."""
        if self.heads is not None:
            return self.heads
        most = max(1, self.hidden // _USUAL_HEAD)
        return next((heads for heads in range(most, 0, -1) if not self.hidden % (2 * heads)), most)

    @property
    def inner_width(self) -> int:
        """The width of the feed-forward layers: the default where none was asked for."""
        return 4 * self.hidden if self.intermediate is None else self.intermediate

    def __repr__(self) -> str:
        return shown_settings(self)
