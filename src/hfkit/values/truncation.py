"""What becomes of a text with more tokens than there is room for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hfkit.errors import SettingError

from .constraints import require_choice, require_whole
from .padding import Side

__all__ = ["MOST_TOKENS", "Cut", "NoTruncation", "Truncate", "Truncation", "Windows"]

Cut: TypeAlias = Literal["longest_first", "first", "second"]
"""Which text of a pair gives way: token by token the longer one, always the first, or always the second."""

MOST_TOKENS = 2**31 - 1
"""No text has more tokens; a larger limit is none."""


@dataclass(frozen=True, slots=True)
class NoTruncation:
    """Keep every token, however many there are."""


@dataclass(frozen=True, slots=True)
class Truncate:
    """Drop the tokens that do not fit; the result's coverage says how much was read.

    Attributes:
        max_tokens: the most tokens, special tokens included; None for what the tokenizer names.
        cut: which text of a pair gives way.
        side: the end that is dropped; None as the tokenizer says.

    Raises:
        SettingError: a value is out of its range.
    """

    max_tokens: int | None = None
    cut: Cut = "longest_first"
    side: Side | None = None

    def __post_init__(self) -> None:
        require_whole("max_tokens", self.max_tokens, least=1, most=MOST_TOKENS)
        _require_cut(self.cut, self.side)


@dataclass(frozen=True, slots=True)
class Windows:
    """Read all of a long text in overlapping windows.

    Attributes:
        max_tokens: the most tokens of a window, special tokens included; None for what the tokenizer names.
        overlap: tokens that neighboring windows share; transformers calls it ``stride``.
        cut: which text of a pair is cut into windows; ``"longest_first"`` may cut both, and then
            every piece of one meets every piece of the other.
        side: the end that the first window gives up; None as the tokenizer says.

    Raises:
        SettingError: a value is out of its range.
    """

    max_tokens: int | None = None
    overlap: int = 0
    cut: Cut = "longest_first"
    side: Side | None = None

    def __post_init__(self) -> None:
        require_whole("max_tokens", self.max_tokens, least=1, most=MOST_TOKENS)
        require_whole("overlap", self.overlap, least=0, most=MOST_TOKENS, required=True)
        if self.max_tokens is not None and self.overlap >= self.max_tokens:
            raise SettingError(
                f"overlap is {self.overlap}, must be less than max_tokens, {self.max_tokens}",
                hint="an eighth of max_tokens is usual",
            )
        _require_cut(self.cut, self.side)


Truncation: TypeAlias = NoTruncation | Truncate | Windows
"""What becomes of texts that are too long."""


def _require_cut(cut: object, side: object) -> None:
    require_choice("cut", cut, ("longest_first", "first", "second"))
    if side is not None:
        require_choice("side", side, ("left", "right"))
