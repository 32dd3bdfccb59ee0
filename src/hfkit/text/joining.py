"""Translations of the parts of a text, put together as the parts were."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["replace_spans"]

# Chinese, Japanese, Thai, Lao, Tibetan, Myanmar and Khmer are written without blanks between sentences or words.
_WITHOUT_BLANKS = (
    range(0x0E00, 0x1000),
    range(0x1000, 0x10A0),
    range(0x1780, 0x1800),
    range(0x3000, 0xA000),
    range(0xF900, 0xFB00),
    range(0xFE30, 0xFE50),
    range(0xFF00, 0xFF66),
    range(0x20000, 0x32000),
)


def replace_spans(text: str, spans: Sequence[tuple[int, int]], replacements: Sequence[str]) -> str:
    """Replace parts of a text, and keep what stands between them.

    Where two parts touch, as sentences of Chinese do, and the replacement of the first does not end in a script that is
    written without blanks, a blank comes between them.

    Args:
        text: any text.
        spans: the first character of each part and the one after its last, in order, without sharing characters.
        replacements: one for each part.

    >>> replace_spans(" 你好。 再见。走吧。", [(1, 4), (5, 8), (8, 11)], ["Hello.", "Goodbye.", "Let's go."])
    " Hello. Goodbye. Let's go."
    """
    written: list[str] = []
    at = 0
    for (start, end), replacement in zip(spans, replacements, strict=True):
        between = text[at:start]
        touches = not between and bool(written) and bool(written[-1]) and bool(replacement)
        written += [" " if touches and _wants_blank(written[-1], replacement) else between, replacement]
        at = end
    return "".join([*written, text[at:]])


def _wants_blank(before: str, after: str) -> bool:
    if before[-1].isspace() or after[0].isspace():
        return False
    return not any(ord(before[-1]) in block for block in _WITHOUT_BLANKS)
