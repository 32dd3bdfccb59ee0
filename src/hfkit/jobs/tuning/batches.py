"""Examples as the tensors of a forward pass, padded to the longest of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import IntArray

    from .examples import Example

__all__ = ["Collate"]


@dataclass(frozen=True, slots=True)
class Collate:
    """Puts examples side by side.

    Attributes:
        pad_id: the id to pad with; the mask hides it.
        multiple: widths are a multiple of this: tensor cores of accelerators want 8.
    """

    pad_id: int
    multiple: int = 1

    def __call__(self, examples: Sequence[Example]) -> dict[str, torch.Tensor]:
        """Give the arguments of a model's ``forward``."""
        width = -(-max(len(example.ids) for example in examples) // self.multiple) * self.multiple
        lengths = np.array([len(example.ids) for example in examples])
        batch = {
            "input_ids": _padded([example.ids for example in examples], width, self.pad_id),
            "attention_mask": torch.from_numpy((np.arange(width) < lengths[:, None]).astype(np.int64)),
        }
        types = [example.types for example in examples if example.types is not None]
        if types:
            batch["token_type_ids"] = _padded(types, width, 0)
        for name in examples[0].labels:
            labels = [example.labels[name] for example in examples]
            batch[name] = torch.from_numpy(np.stack(labels))
        return batch


def _padded(rows: Sequence[IntArray], width: int, filler: int) -> torch.Tensor:
    """Lay rows at the left of a rectangle."""
    filled = np.full((len(rows), width), filler, dtype=np.int64)
    for place, row in enumerate(rows):
        filled[place, : len(row)] = row
    return torch.from_numpy(filled)
