"""How many tokens there is room for, and whether texts can be cut to it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, assert_never

from hfkit.backends.encoding import Room
from hfkit.errors import InputTooLongError, SettingError
from hfkit.text.truncation import longest_first
from hfkit.values.truncation import NoTruncation, Windows

from .inputs import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.backends.encoding import Encoder
    from hfkit.backends.recipe import Recipe
    from hfkit.values.truncation import Cut, Truncation

__all__ = ["plan_room", "sizes_of_windows"]

# The library makes a window of every piece of one text with every piece of the other, even to drop them.
_MOST_WINDOWS = 8192

# A text with fewer characters than this for each token of a window's half makes few windows whatever they are.
_HARMLESS = 16


def plan_room(
    truncation: Truncation,
    groups: Sequence[tuple[str, ...]],
    *,
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
        encoder: counts their tokens.
        recipe: what the tokenizer says for itself.
        model: its name, for errors.
        special_tokens: whether they take room.
        index: the position of the first input among all; None for a single one.

    Raises:
        SettingError: there is no room beside the special tokens, or none is named.
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
    pairs = [group for group in groups if len(group) > 1]
    around = encoder.special_count(pair=bool(pairs)) if special_tokens else 0
    least, free = overlap + 1 if further else 0, most - around
    if free < least:
        raise SettingError(
            f"{most} tokens are too few: {around} are special tokens, and {least} more are needed",
            hint="raise max_tokens, or lower overlap",
        )
    room = Room(most, overlap, truncation.cut, truncation.side or recipe.truncation_side, further=further)
    if any(further or prod(map(len, pair)) > (_HARMLESS * max(free, 1)) ** 2 for pair in pairs):
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


def sizes_of_windows(first: int, second: int, *, room: int, cut: Cut) -> tuple[int, int]:
    """Say how many tokens of each text of a pair a window has; none or fewer where there is no room.

    Args:
        first: tokens of the first text.
        second: tokens of the second text.
        room: tokens that fit, fewer than both texts have.
        cut: which of them gives way.

    >>> sizes_of_windows(10, 4, room=8, cut="first")
    (4, 4)
    """
    match cut:
        case "first":
            return room - second, second
        case "second":
            return first, room - first
        case "longest_first":
            return longest_first(first, second, room=room)
        case _ as unreachable:
            assert_never(unreachable)
