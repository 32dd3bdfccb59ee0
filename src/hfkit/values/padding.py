"""How sequences of unlike lengths are made equally long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .constraints import require_choice, require_text, require_whole

__all__ = ["NoPadding", "PadToLength", "PadToLongest", "Padding", "Side"]

Side: TypeAlias = Literal["left", "right"]
"""An end of a sequence."""

# A row of so many takes a gigabyte; what is wider is a slip.
_WIDEST = 2**24


@dataclass(frozen=True, slots=True)
class NoPadding:
    """Leave sequences as they are. Arrays, which are rectangles, are padded to their longest row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PadToLongest:
    """Pad to the longest sequence of a batch.

    Attributes:
        multiple_of: round the width up to a multiple of this; None for no rounding. Where texts are
            cut as well, ``max_tokens`` must be a multiple of it.
        side: where the padding goes; None as the tokenizer says.
        token: the token to pad with; None for the tokenizer's own.

    Raises:
        SettingError: a value is out of its range.
    """

    multiple_of: int | None = None
    side: Side | None = None
    token: str | None = None

    def __post_init__(self) -> None:
        require_whole("multiple_of", self.multiple_of, least=1, most=_WIDEST)
        _require_padding(self.side, self.token)


@dataclass(frozen=True, slots=True)
class PadToLength:
    """Pad to a fixed length. Longer sequences stay as they are: padding never cuts.

    Attributes:
        tokens: the length, special tokens included.
        side: where the padding goes; None as the tokenizer says.
        token: the token to pad with; None for the tokenizer's own.

    Raises:
        SettingError: a value is out of its range.
    """

    tokens: int
    side: Side | None = None
    token: str | None = None

    def __post_init__(self) -> None:
        require_whole("tokens", self.tokens, least=1, most=_WIDEST, required=True)
        _require_padding(self.side, self.token)


Padding: TypeAlias = NoPadding | PadToLongest | PadToLength
"""How sequences are padded."""


def _require_padding(side: object, token: object) -> None:
    if side is not None:
        require_choice("side", side, ("left", "right"))
    if token is not None:
        require_text("token", token)
