"""Examples as the tensors of a forward pass: one a row, padded to the longest, or end to end in a few rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import numpy as np
import torch

from hfkit.text.batching import computed_tokens
from hfkit.text.packing import pack, packed_tokens

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
        packed: examples lie end to end in rows of at most so many tokens, each with positions of its own from 0;
            None for one a row. The model must keep them apart by their positions.
    """

    pad_id: int
    labels: LabelShape = "row"
    multiple: int = 1
    packed: int | None = None

    def computed(self, lengths: IntArray) -> int:
        """Count the tokens that a model computes for examples of such lengths, padding included."""
        return computed_tokens(lengths) if self.packed is None else packed_tokens(lengths, most=self.packed)

    def __call__(self, examples: Sequence[Example]) -> dict[str, torch.Tensor]:
        """Give the arguments of a model's ``forward``."""
        if self.packed is not None:
            return self._end_to_end(examples, self.packed)
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

    def _end_to_end(self, examples: Sequence[Example], most: int) -> dict[str, torch.Tensor]:
        """Lay examples end to end: transformers sees by positions that do not follow each other where one ends.

        There is no attention mask: it would not look at positions then. A token of padding is a text of its own.
        """
        lengths = np.array([len(example.ids) for example in examples])
        rows = [[examples[place] for place in row.tolist()] for row in pack(lengths, most=most)]
        ids = [np.concatenate([example.ids for example in row]) for row in rows]
        labels = [np.concatenate([example.labels["labels"] for example in row]) for row in rows]
        positions = [np.concatenate([np.arange(len(example.ids)) for example in row]) for row in rows]
        width = self._width(ids)
        return {
            "input_ids": _padded(ids, width, self.pad_id),
            "position_ids": _padded(positions, width, 0),
            "labels": _padded(labels, width, IGNORED),
        }

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
    if "attention_mask" not in batch:
        # Laid end to end, every example has two tokens at least: a position 0 that no 1 follows is padding.
        positions = batch["position_ids"]
        return int((positions > 0).sum() + (positions == 1).sum())
    read = batch["attention_mask"].sum()
    return int(read + (batch["labels"] != IGNORED).sum() if "decoder_input_ids" in batch else read)


def _padded(rows: Sequence[IntArray], width: int, filler: int) -> torch.Tensor:
    """Lay rows at the left of a rectangle."""
    filled = np.full((len(rows), width), filler, dtype=np.int64)
    for place, row in enumerate(rows):
        filled[place, : len(row)] = row
    return torch.from_numpy(filled)
