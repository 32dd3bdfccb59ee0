"""What runs a tokenizer: the tokenizers library, or transformers where only that can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from hfkit.text.arrays import IntArray
    from hfkit.values.padding import Side
    from hfkit.values.truncation import Cut

__all__ = ["Encoded", "Encoder", "Flat", "KnowsIds", "NoRoomError", "Room"]


@dataclass(frozen=True, slots=True)
class Room:
    """How many tokens there is room for, and what gives way.

    Attributes:
        tokens: the most tokens, special tokens included.
        overlap: tokens that neighboring windows share.
        cut: which text of a pair gives way.
        side: the end that gives way.
        further: whether what does not fit goes into further windows, or is dropped.
    """

    tokens: int
    overlap: int
    cut: Cut
    side: Side
    further: bool


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One window: columns of equal length, an entry for each token.

    Attributes:
        ids: numbers in the vocabulary.
        tokens: how the vocabulary writes them.
        type_ids: ``token_type_ids``.
        offsets: first and past-the-last character in the text; None where that cannot be told.
        special_mask: 1 for tokens that were put around the texts.
        word_ids: the word that a token belongs to.
        text_ids: the text that a token belongs to.
        dropped: the offsets of what one text lost, if they are at hand: no column, and in any order.
    """

    ids: list[int]
    tokens: list[str]
    type_ids: list[int]
    offsets: list[tuple[int, int]] | None
    special_mask: list[int]
    word_ids: list[int | None]
    text_ids: list[int | None]
    dropped: list[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """The ids of many windows, end to end.

    Attributes:
        ids: all ids, shape ``[tokens]``.
        type_ids: all type ids, shape ``[tokens]``, or the one that all have.
        lengths: tokens of each window, shape ``[windows]``.
        counts: windows that each input made, shape ``[inputs]``.
        cut: positions of the inputs whose tokens are not all there.
    """

    ids: npt.NDArray[np.int32]
    type_ids: npt.NDArray[np.int8] | int
    lengths: IntArray
    counts: IntArray
    cut: tuple[int, ...]


class NoRoomError(Exception):
    """The text that was to give way is too short for that, or is not there.

    Attributes:
        position: which of the inputs.
    """

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class Encoder(Protocol):
    """An open tokenizer that never pads, and cuts only where it is told to; safe to use from several threads."""

    def special_count(self, *, pair: bool) -> int:
        """Count the special tokens around one text, or around two."""
        ...

    def encode(
        self, groups: Sequence[tuple[str, ...]], *, special_tokens: bool, room: Room | None
    ) -> list[list[Encoded]]:
        """Give the windows of each input; those after the first hold what did not fit.

        Where that is to be dropped, one of them is enough to say so.

        Raises:
            NoRoomError: an input cannot be cut as it should be.
            TokenizerError: the tokenizer fails.
        """
        ...

    def flat(self, groups: Sequence[tuple[str, ...]], *, special_tokens: bool, room: Room | None) -> Flat:
        """Give the ids of the same windows quickly, without those to be dropped.

        Raises:
            NoRoomError: an input cannot be cut as it should be.
            TokenizerError: the tokenizer fails.
        """
        ...

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool) -> str:
        """Give the text of ids that are in the vocabulary, as transformers does."""
        ...

    def vocabulary(self) -> Mapping[str, int]:
        """Give the id of every token, added tokens included."""
        ...


@runtime_checkable
class KnowsIds(Protocol):
    """An encoder that can say of any number whether it is an id, also where two ids share a text."""

    def knows(self, id_: int, /) -> bool:
        """Tell whether there is a token with this id."""
        ...
