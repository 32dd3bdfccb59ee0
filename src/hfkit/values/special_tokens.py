"""The tokens that belong to no text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SpecialToken", "SpecialTokens"]


@dataclass(frozen=True, slots=True)
class SpecialToken:
    """A token with a meaning of its own.

    Attributes:
        text: how it is written, such as ``"[CLS]"``.
        id: its id.
    """

    text: str
    id: int


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """A tokenizer's special tokens; None for what it does not have.

    Attributes:
        bos: begins a text.
        eos: ends a text.
        unk: stands for what the vocabulary lacks.
        sep: stands between texts.
        pad: fills up sequences.
        cls: the one that classification heads read.
        mask: stands for what a masked model is to guess.
        extra: all others, in the tokenizer's order.
    """

    bos: SpecialToken | None = None
    eos: SpecialToken | None = None
    unk: SpecialToken | None = None
    sep: SpecialToken | None = None
    pad: SpecialToken | None = None
    cls: SpecialToken | None = None
    mask: SpecialToken | None = None
    extra: tuple[SpecialToken, ...] = ()
