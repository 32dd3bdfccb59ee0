"""Cut a pair of long texts to one window, where the tokenizers library would make thousands to drop them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from math import prod
from typing import TYPE_CHECKING, TypeAlias

import tokenizers

from hfkit.text.truncation import sizes_of_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .encoding import Room

__all__ = ["TooShortError", "cut_pair", "makes_many", "without_specials"]

# A text with fewer characters than this for each token of a window makes few windows whatever they are.
_HARMLESS = 16

_Columns: TypeAlias = dict[str, list[object]]


class TooShortError(Exception):
    """The text of the pair that was to give way is too short for that."""


def makes_many(texts: tuple[str, ...], room: Room | None) -> bool:
    """Tell whether the library might make very many windows of a pair, only to drop all but one.

    It makes one of every piece of one text with every piece of the other.
    """
    if room is None or room.further or len(texts) == 1:
        return False
    return prod(map(len, texts)) > (_HARMLESS * room.tokens) ** 2


@contextmanager
def without_specials(tokenizer: tokenizers.Tokenizer) -> Iterator[None]:
    """Take out, for a while, what puts special tokens around texts."""
    around = tokenizer.post_processor
    tokenizer.post_processor = None
    try:
        yield
    finally:
        tokenizer.post_processor = around


def cut_pair(
    tokenizer: tokenizers.Tokenizer, texts: tuple[str, ...], room: Room, *, special_tokens: bool
) -> tokenizers.Encoding:
    """Tokenize a pair into one window, as the library does; what was dropped stands in up to three more.

    Args:
        tokenizer: the library's, set to cut nothing.
        texts: the two of the pair.
        room: how much there is.
        special_tokens: whether to put special tokens around the texts.

    Raises:
        TooShortError: the text that is to give way is too short.
    """
    around = tokenizer.num_special_tokens_to_add(is_pair=True) if special_tokens else 0
    with without_specials(tokenizer):
        whole = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    lengths = [len(encoding) for encoding in whole]
    kept, free = lengths, room.tokens - around
    if free <= 0:
        kept = [0, 0]  # no text gives way for another
    elif sum(lengths) > free:
        kept = list(sizes_of_windows(lengths[0], lengths[1], room=free, cut=room.cut))
        if (room.cut == "first" and kept[0] <= 0) or (room.cut == "second" and kept[1] <= 0):
            raise TooShortError
    first, second = (
        _part(encoding, count, type_id=number, left=room.side == "left")
        for number, (encoding, count) in enumerate(zip(whole, kept, strict=True))
    )
    return tokenizer.post_process(first, second, add_special_tokens=special_tokens)


def _part(encoding: tokenizers.Encoding, count: int, *, type_id: int, left: bool) -> tokenizers.Encoding:
    """Give the tokens of one text that stay, what is dropped as their overflow, through the library's JSON."""
    columns: _Columns = json.loads(encoding.__getstate__())
    columns["type_ids"] = [type_id] * len(encoding)
    cut = len(encoding) - count if left else count
    kept, dropped = (slice(cut, None), slice(cut)) if left else (slice(cut), slice(cut, None))
    state: dict[str, object] = dict(_sliced(columns, kept))
    if count < len(encoding):
        state["overflowing"] = [_sliced(columns, dropped)]
    part = tokenizers.Encoding()
    part.__setstate__(json.dumps(state).encode())
    return part


def _sliced(columns: _Columns, part: slice) -> dict[str, object]:
    rows: dict[str, object] = {
        name: column[part]
        for name, column in columns.items()
        if name not in ("overflowing", "sequence_ranges")
    }
    return rows | {"overflowing": [], "sequence_ranges": {}}
