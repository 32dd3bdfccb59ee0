"""Examples as a model is trained on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.text.arrays import IntArray

__all__ = ["Example", "Examples"]


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


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """The examples of a split.

    Attributes:
        examples: in the order of the data.
        cut: how many of the rows did not fit and were cut.
    """

    examples: Sequence[Example]
    cut: int = 0

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, position: int) -> Example:
        return self.examples[position]

    @property
    def lengths(self) -> IntArray:
        """Tokens of each, what is written beside it included, shape ``[examples]``."""
        return np.array([len(example.ids) + example.written for example in self.examples], dtype=np.int64)
