"""A model that is to be made from nothing: its family and its dimensions."""

from __future__ import annotations

from dataclasses import dataclass

from hfkit.errors import SettingError

from .constraints import require_text, require_whole

__all__ = ["Architecture"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """The dimensions of a new model; its weights are drawn by chance, and its tokenizer is learned from the data.

    Attributes:
        family: the model type as transformers names it, such as ``"bert"``, ``"gpt2"``, ``"llama"`` or ``"t5"``.
        layers: of the encoder, of the decoder, or of each.
        hidden: numbers that stand for a token.
        heads: of attention, ``hidden`` is a multiple of them; None for one for every 64 numbers.
        intermediate: the inner width of the feed-forward layers; None for four times ``hidden``.
        vocabulary: the most tokens that the tokenizer learns.
        max_tokens: the longest sequence that it has positions for.

    Raises:
        SettingError: a value is out of its range.

    >>> Architecture(family="bert", layers=6, hidden=384).attention_heads
    6
    """

    family: str
    layers: int
    hidden: int
    heads: int | None = None
    intermediate: int | None = None
    vocabulary: int = 30_000
    max_tokens: int = 512

    def __post_init__(self) -> None:
        require_text("family", self.family)
        for name in ("layers", "hidden", "max_tokens"):
            require_whole(name, getattr(self, name), least=1, required=True)
        require_whole("vocabulary", self.vocabulary, least=300, required=True)
        require_whole("heads", self.heads, least=1)
        require_whole("intermediate", self.intermediate, least=1)
        if self.hidden % self.attention_heads:
            raise SettingError(
                f"hidden is {self.hidden} with {self.attention_heads} heads, must be a multiple of them",
                hint="choose heads that divide it",
            )

    @property
    def attention_heads(self) -> int:
        """How many heads of attention there are, the default where none were asked for."""
        return max(1, self.hidden // 64) if self.heads is None else self.heads
