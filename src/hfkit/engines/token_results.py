"""From an encoder's columns to the result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, TypeVar

from hfkit.text.offsets import characters_read, trailing_characters_read
from hfkit.values.provenance import Coverage
from hfkit.values.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hfkit.backends.encoding import Encoded
    from hfkit.values.provenance import Source

    from .filling import Pad
    from .tokenizing import TokenizingSession

__all__ = ["count_read", "make_tokens"]

# Long texts located at a time: enough for the library's threads, few enough to bound what they hold.
_CHUNK = 64

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
    texts: tuple[str, ...], windows: Sequence[Encoded], *, read: int, width: int, pad: Pad, source: Source
) -> Tokens:
    """Make the result of one input.

    Args:
        texts: what was read.
        windows: those to keep.
        read: how many characters they hold.
        width: pad to this many tokens.
        pad: what with.
        source: which tokenizer it was.
    """
    coverage = Coverage(read, sum(map(len, texts)), len(windows))
    made = [
        Tokens(texts=texts, coverage=coverage, source=source, **_padded(window, width, pad))
        for window in windows
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


def count_read(
    cut: Sequence[tuple[tuple[str, ...], Encoded]], session: TokenizingSession, *, left: bool
) -> Iterator[int]:
    """Count for each input the characters of its texts that a window holds which had to drop some.

    Args:
        cut: the texts of each, and the window.
        session: says where all tokens stand; a text counts 0 if it cannot.
        left: whether what was dropped stood at the left.
    """
    count = trailing_characters_read if left else characters_read
    for start in range(0, len(cut), _CHUNK):
        chunk = cut[start : start + _CHUNK]
        missing = [text for texts, window in chunk if window.dropped is None for text in texts]
        located = iter(session.content_offsets(missing) if missing else ())
        for texts, window in chunk:
            read = 0
            for number, text in enumerate(texts):
                offsets = (
                    next(located)
                    if window.dropped is None
                    else _own_offsets(window, window.dropped, left=left)
                )
                if offsets is not None:
                    read += count(offsets, window.text_ids.count(number), total=len(text))
            yield read


def _own_offsets(window: Encoded, dropped: list[tuple[int, int]], *, left: bool) -> list[tuple[int, int]]:
    """Put what one text lost beside what it kept."""
    own = zip(window.offsets or (), window.text_ids, strict=True)
    kept = [span for span, text in own if text is not None]
    return [*dropped, *kept] if left else [*kept, *dropped]
