"""Examples as the tensors of a forward pass, padded to the longest of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hfkit.text.arrays import IntArray

    from .examples import Example

__all__ = ["IGNORED", "Collate", "LabelShape", "TargetText", "count_tokens"]

IGNORED = -100
"""The label of what has none, as torch and Trainer have it."""


@dataclass(frozen=True, slots=True)
class TargetText:
    """Labels are the tokens of a text that a decoder writes beside what an encoder reads.

    Attributes:
        opening: the id that the decoder begins with. It reads that and the text, and says the text and its end.
    """

    opening: int


LabelShape: TypeAlias = Literal["row", "tokens"] | TargetText
"""What a label of an example is: as many numbers for each example, one for each token that is read, or a text."""


@dataclass(frozen=True, slots=True)
class Collate:
    """Puts examples side by side.

    Attributes:
        pad_id: the id to pad with; the mask hides it.
        labels: what the label of an example is; what pads it is ignored.
        multiple: widths are a multiple of this: tensor cores of accelerators want 8.
    """

    pad_id: int
    labels: LabelShape = "row"
    multiple: int = 1

    def __call__(self, examples: Sequence[Example]) -> dict[str, torch.Tensor]:
        """Give the arguments of a model's ``forward``."""
        width = self._width(example.ids for example in examples)
        lengths = np.array([len(example.ids) for example in examples])
        batch = {
            "input_ids": _padded([example.ids for example in examples], width, self.pad_id),
            "attention_mask": torch.from_numpy((np.arange(width) < lengths[:, None]).astype(np.int64)),
        }
        types = [example.types for example in examples if example.types is not None]
        if types:
            batch["token_type_ids"] = _padded(types, width, 0)
        for name in examples[0].labels:
            batch |= self._labels(name, [example.labels[name] for example in examples], width)
        return batch

    def _labels(self, name: str, labels: Sequence[IntArray], width: int) -> dict[str, torch.Tensor]:
        match self.labels:
            case "row":
                return {name: torch.from_numpy(np.stack(labels))}
            case "tokens":
                return {name: _padded(labels, width, IGNORED)}
            case TargetText(opening):
                width = self._width(labels)
                read = [np.concatenate(([opening], label[:-1])) for label in labels]
                return {
                    name: _padded(labels, width, IGNORED),
                    "decoder_input_ids": _padded(read, width, self.pad_id),
                }
            case _:
                assert_never(self.labels)

    def _width(self, rows: Iterable[IntArray]) -> int:
        return -(-max(map(len, rows)) // self.multiple) * self.multiple


def count_tokens(batch: Mapping[str, torch.Tensor]) -> int:
    """Count the tokens of a batch without its padding, those that a decoder writes included."""
    read = batch["attention_mask"].sum()
    return int(read + (batch["labels"] != IGNORED).sum() if "decoder_input_ids" in batch else read)


def _padded(rows: Sequence[IntArray], width: int, filler: int) -> torch.Tensor:
    """Lay rows at the left of a rectangle."""
    filled = np.full((len(rows), width), filler, dtype=np.int64)
    for place, row in enumerate(rows):
        filled[place, : len(row)] = row
    return torch.from_numpy(filled)
