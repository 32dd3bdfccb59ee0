"""From an encoder's columns to the result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, TypeVar

from hfkit.text.offsets import characters_read, trailing_characters_read
from hfkit.values.provenance import Coverage
from hfkit.values.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.backends.encoding import Encoded

    from .filling import Pad
    from .tokenizing import TokenizingSession

__all__ = ["make_tokens"]

T = TypeVar("T")


class _Columns(TypedDict):
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    attention_mask: tuple[int, ...]
    type_ids: tuple[int, ...]
    known_offsets: tuple[tuple[int, int], ...] | None
    special_mask: tuple[int, ...]
    word_ids: tuple[int | None, ...]
    text_ids: tuple[int | None, ...]


def make_tokens(
    texts: tuple[str, ...],
    windows: Sequence[Encoded],
    *,
    further: bool,
    width: int,
    pad: Pad,
    session: TokenizingSession,
    left: bool,
) -> Tokens:
    """Make the result of one input.

    Args:
        texts: what was read.
        windows: all of them, those to be dropped included.
        further: whether to keep the windows after the first.
        width: pad to this many tokens.
        pad: what with.
        session: the tokenizer.
        left: whether what was dropped stood at the left.
    """
    total = sum(map(len, texts))
    if further or len(windows) == 1:
        coverage = Coverage(total, total, len(windows))
    else:
        coverage = Coverage(_characters_read(texts, windows[0], session, left=left), total, 1)
    kept = windows if further else windows[:1]
    made = [
        Tokens(texts=texts, coverage=coverage, source=session.source, **_padded(window, width, pad))
        for window in kept
    ]
    return replace(made[0], rest=tuple(made[1:])) if len(made) > 1 else made[0]


def _padded(window: Encoded, width: int, pad: Pad) -> _Columns:
    count = width - len(window.ids)

    def padded(column: Sequence[T], value: T) -> tuple[T, ...]:
        if count <= 0:
            return tuple(column)
        return (*((value,) * count), *column) if pad.left else (*column, *((value,) * count))

    return {
        "ids": padded(window.ids, pad.id),
        "tokens": padded(window.tokens, pad.token),
        "attention_mask": padded([1] * len(window.ids), 0),
        "type_ids": padded(window.type_ids, pad.type_id),
        "known_offsets": None if window.offsets is None else padded(window.offsets, (0, 0)),
        "special_mask": padded(window.special_mask, 1),
        "word_ids": padded(window.word_ids, None),
        "text_ids": padded(window.text_ids, None),
    }


def _characters_read(
    texts: tuple[str, ...], window: Encoded, session: TokenizingSession, *, left: bool
) -> int:
    """Count the characters of texts that a window holds which had to drop some; 0 where that cannot be told."""
    read = 0
    for number, text in enumerate(texts):
        offsets = session.content_offsets(text)
        kept = window.text_ids.count(number)
        if offsets is not None:
            count = trailing_characters_read if left else characters_read
            read += count(offsets, kept, total=len(text))
    return read
