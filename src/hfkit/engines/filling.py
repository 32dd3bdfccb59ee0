"""Padding: how wide, with what, and all of it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

import numpy as np

from hfkit.errors import InputTooLongError, SettingError
from hfkit.values.padding import NoPadding, PadToLength, PadToLongest
from hfkit.values.suggestion import did_you_mean
from hfkit.values.token_arrays import TokenArrays

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from hfkit.backends.encoding import Flat
    from hfkit.values.padding import Padding

    from .tokenizing import TokenizingSession

__all__ = ["Pad", "fill_arrays", "pad_width", "padder"]


@dataclass(frozen=True, slots=True)
class Pad:
    """What sequences are filled up with.

    Attributes:
        token: how it is written.
        id: its id.
        type_id: its type id.
        left: whether it goes before the tokens.
    """

    token: str
    id: int
    type_id: int
    left: bool


def pad_width(padding: Padding, lengths: Sequence[int]) -> int:
    """Say how wide sequences are to be; 0 leaves all as they are."""
    match padding:
        case NoPadding():
            return 0
        case PadToLongest(multiple_of=multiple):
            longest = max(lengths, default=0)
            return longest if multiple is None else -(-longest // multiple) * multiple
        case PadToLength(tokens=tokens):
            return tokens
        case _ as unreachable:
            assert_never(unreachable)


def padder(padding: Padding, session: TokenizingSession, *, needed: bool) -> Pad:
    """Find the token to pad with.

    Args:
        padding: the policy.
        session: the tokenizer.
        needed: whether any sequence is to be padded; if not, a missing token is no matter.

    Raises:
        SettingError: there is no such token.
    """
    recipe, vocabulary = session.recipe, session.vocabulary
    chosen = None if isinstance(padding, NoPadding) else padding.token
    side = None if isinstance(padding, NoPadding) else padding.side
    left = (side or recipe.padding_side) == "left"
    own = {name: (text, id_) for name, text, id_ in recipe.named}.get("pad_token")
    if chosen is not None:
        if chosen not in vocabulary:
            raise SettingError(
                f"padding token {chosen!r} is not in the vocabulary of {session.source.model}",
                hint=did_you_mean(chosen, vocabulary) or "name one of its special tokens",
            )
        return Pad(chosen, vocabulary[chosen], recipe.pad_type_id, left)
    if own is None:
        if not needed:
            return Pad("", 0, recipe.pad_type_id, left)
        end = next((text for name, text, _ in recipe.named if name == "eos_token"), "...")
        raise SettingError(
            f"{session.source.model} has no padding token",
            hint=f"name one: PadToLongest(token={end!r})",
        )
    return Pad(*own, recipe.pad_type_id, left)


def fill_arrays(parts: Sequence[Flat], padding: Padding, session: TokenizingSession) -> TokenArrays:
    """Lay windows side by side, padded.

    Raises:
        SettingError: there is no token to pad with.
        InputTooLongError: a window is longer than the fixed width.
    """
    lengths = np.concatenate([np.empty(0, np.int64), *(part.lengths for part in parts)])
    counts = np.concatenate([np.empty(0, np.int64), *(part.counts for part in parts)])
    owner = np.repeat(np.arange(len(counts)), counts)
    width = pad_width(
        PadToLongest() if isinstance(padding, NoPadding) else padding, [int(lengths.max(initial=0))]
    )
    if (lengths > width).any():
        row = int(np.argmax(lengths > width))
        error = InputTooLongError(
            f"input {owner[row]} has {lengths[row]} tokens, at most {width} fit into the arrays",
            hint="raise PadToLength(tokens), or cut: truncation=Truncate(tokens)",
        )
        error.index = int(owner[row])
        raise error
    pad = padder(padding, session, needed=bool((lengths < width).any()))
    columns = np.arange(width)
    kept = columns >= width - lengths[:, None] if pad.left else columns < lengths[:, None]
    ids = np.full(kept.shape, pad.id, dtype=np.int32)
    ids[kept] = np.concatenate([np.empty(0, np.int32), *(part.ids for part in parts)])
    types = np.full(kept.shape, pad.type_id, dtype=np.int8)
    _fill_types(types, kept, parts, pad)
    cut, done = [], 0
    for part in parts:
        cut += [done + position for position in part.cut]
        done += len(part.counts)
    for array in (ids, kept, types, lengths, owner):
        array.setflags(write=False)
    return TokenArrays(
        ids, kept.view(np.int8), types, lengths, owner, tuple(cut), session.recipe.input_names, session.source
    )


def _fill_types(
    types: npt.NDArray[np.int8], kept: npt.NDArray[np.bool_], parts: Sequence[Flat], pad: Pad
) -> None:
    """Write the type ids of all tokens; nothing is to be done where they are those of padding."""
    if all(isinstance(part.type_ids, int) and part.type_ids == pad.type_id for part in parts):
        return
    types[kept] = np.concatenate(
        [
            np.full(len(part.ids), part.type_ids, np.int8)
            if isinstance(part.type_ids, int)
            else part.type_ids
            for part in parts
        ]
    )
