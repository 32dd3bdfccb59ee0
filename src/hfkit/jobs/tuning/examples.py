"""Examples as a model is trained on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.text.arrays import IntArray

__all__ = ["Draw", "Example", "Examples"]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What a model reads at once, and what it is to say of it.

    Attributes:
        ids: token ids, shape ``[tokens]``.
        types: the text that each token belongs to, shape ``[tokens]``; None for models that do not tell texts apart.
        labels: what the model is trained to say, by the name of its argument: one for the example, or one for
            each token, or the tokens of a text that it is to write.
        written: how many tokens a decoder writes beside what is read; 0 where there is none.
    """

    ids: IntArray
    types: IntArray | None
    labels: Mapping[str, IntArray]
    written: int = 0


class Draw(Protocol):
    """Makes of an example what is read of it in one pass over the data, by chance."""

    def __call__(self, example: Example, /, *, position: int, epoch: int) -> Example:
        """Give what is read; the same for the same position and epoch, so that a run that goes on draws the same."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """The examples of a split.

    Attributes:
        examples: in the order of the data.
        cut: how many of the rows did not fit and were cut.
        packs: whether several may lie in one row: the model keeps them apart.
        draw: what chance makes of them in each epoch; None for nothing.
    """

    examples: Sequence[Example]
    cut: int = 0
    packs: bool = False
    draw: Draw | None = None

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, position: int) -> Example:
        return self.in_epoch(position, 0)

    def in_epoch(self, position: int, epoch: int) -> Example:
        """Give an example as it is read in a pass over the data."""
        example = self.examples[position]
        return example if self.draw is None else self.draw(example, position=position, epoch=epoch)

    @property
    def lengths(self) -> IntArray:
        """Tokens of each, what is written beside it included, shape ``[examples]``."""
        return np.array([len(example.ids) + example.written for example in self.examples], dtype=np.int64)
