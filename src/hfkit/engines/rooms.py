"""How many tokens there is room for, and whether texts can be cut to it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from hfkit.backends.cutting import makes_many
from hfkit.backends.encoding import Room
from hfkit.errors import InputTooLongError, SettingError
from hfkit.text.truncation import sizes_of_windows
from hfkit.values.padding import PadToLongest
from hfkit.values.truncation import NoTruncation, Windows

from .inputs import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.backends.encoding import Encoder
    from hfkit.backends.recipe import Recipe
    from hfkit.values.padding import Padding
    from hfkit.values.truncation import Truncation

__all__ = ["plan_room"]

# A window is made of every piece of one text with every piece of the other.
_MOST_WINDOWS = 8192


def plan_room(
    truncation: Truncation,
    groups: Sequence[tuple[str, ...]],
    *,
    padding: Padding,
    encoder: Encoder,
    recipe: Recipe,
    model: str,
    special_tokens: bool,
    index: int | None,
) -> Room | None:
    """Say how inputs are to be cut, and make sure that they can be.

    Args:
        truncation: what the caller wants.
        groups: the texts of each input.
        padding: how wide they are made then.
        encoder: counts their tokens.
        recipe: what the tokenizer says for itself.
        model: its name, for errors.
        special_tokens: whether they take room.
        index: the position of the first input among all; None for a single one.

    Raises:
        SettingError: there is no room beside the special tokens, none is named, or padding would pass it.
        InputTooLongError: the texts of a pair cannot both be cut.
    """
    if isinstance(truncation, NoTruncation):
        return None
    further = isinstance(truncation, Windows)
    overlap = truncation.overlap if isinstance(truncation, Windows) else 0
    most = truncation.max_tokens or recipe.max_tokens
    if most is None:
        raise SettingError(
            f"max_tokens is None, and {model} does not say how much it reads",
            hint="name a number: Truncate(512)",
        )
    multiple = padding.multiple_of if isinstance(padding, PadToLongest) else None
    if multiple is not None and most % multiple:
        raise SettingError(
            f"max_tokens is {most}, must be a multiple of {multiple}: padding would make the longest longer than that",
            hint=f"max_tokens={-(-most // multiple) * multiple}, or another PadToLongest(multiple_of=...)",
        )
    pairs = [group for group in groups if len(group) > 1]
    around = encoder.special_count(pair=bool(pairs)) if special_tokens else 0
    least, free = overlap + 1 if further else 0, most - around
    if free < least:
        raise SettingError(
            f"{most} tokens are too few: {around} are special tokens"
            + (f", and {least} more are needed" if least else ", and none of those is cut"),
            hint="raise max_tokens, or lower overlap",
        )
    room = Room(most, overlap, truncation.cut, truncation.side or recipe.truncation_side, further=further)
    # The tokenizers library is spared what transformers makes only to drop it.
    spared = recipe.runs_in == "tokenizers"
    if pairs and (further or (not spared and any(makes_many(pair, room) for pair in pairs))):
        _check_pairs(groups, room, free, encoder, index)
    return room


def _check_pairs(
    groups: Sequence[tuple[str, ...]], room: Room, free: int, encoder: Encoder, index: int | None
) -> None:
    """Refuse what the library would panic at, or fill the memory with."""
    texts = [(text,) for group in groups for text in group]
    lengths = iter(encoder.flat(texts, special_tokens=False, room=None).lengths.tolist())
    for position, group in enumerate(groups):
        sizes = [next(lengths) for _ in group]
        if len(sizes) == 1 or sum(sizes) <= free:
            continue
        kept = sizes_of_windows(sizes[0], sizes[1], room=free, cut=room.cut)
        cut = [(size, part) for size, part in zip(sizes, kept, strict=True) if part < size]
        at = None if index is None else index + position
        narrow = min(part for _, part in cut)
        windows = prod(1 + -(-(size - part) // max(part - room.overlap, 1)) for size, part in cut)
        if room.further and narrow <= room.overlap:
            error = InputTooLongError(
                f"{name_of(at)} has texts of {sizes[0]} and {sizes[1]} tokens, which leaves windows of "
                f"{max(narrow, 0)}, must be more than the overlap, {room.overlap}",
                hint="raise max_tokens, lower overlap, or cut the longer text",
            )
        elif windows > _MOST_WINDOWS:
            error = InputTooLongError(
                f"{name_of(at)} has texts of {sizes[0]:,} and {sizes[1]:,} tokens, which make {windows:,} windows, "
                f"at most {_MOST_WINDOWS:,} are made",
                hint="raise max_tokens, or shorten the texts: of two long ones every part meets every part",
            )
        else:
            continue
        error.index = at
        raise error
