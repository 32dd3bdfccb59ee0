"""What becomes of each weight in an export of 8 or 4 bits, and what else is in its files, from names and shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hfkit.values.schemes import Int4

from .fate import FLOAT, SMALL, WHOLE_NUMBERS, Fate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.schemes import Int8, StaticInt8

    from .stored_weights import StoredWeight
    from .verbs import Verb

__all__ = ["ExportSizes"]

_AXES = 2
_NARROW = 16

# Of a writer and of 4 bits: weights that share a step; the larger where little is filled up.
_BLOCKS, _WASTE = (64, 32), 1 / 16
_SMALL_BLOCK = 32  # of 4 bits

# Tables that rows are looked up in, those of GPT-2 and T5 too; what projects an embedding is a matrix.
_TABLE = re.compile(r"(embed(?!\w*_(proj|hidden_map))|(^|\.)(wte|wpe|shared)\.)")

# Families that keep some matrices turned, by the names of these.
_TURNING = {"gpt2", "openai-gpt"}
_TURNED = re.compile(r"\.(c_attn|c_fc|c_proj|q_attn)\.weight$")

# Of the graph beside its weights, for each of the model's: 500 to 900 were seen of models that read and whose attention
# is one node, 700 to 2,000 of those that write.
_READING_NODES, _WRITING_NODES = 650, 1000


class ExportSizes:
    """Counts as the graph is rewritten, but sees no graph: names and shapes alone.

    Args:
        folder: the model.
        verb: the facade that it is for.
        scheme: what rewrites it.
    """

    def __init__(self, folder: ModelFolder, verb: Verb, scheme: Int8 | StaticInt8 | Int4) -> None:
        config = (folder.base or folder).config
        labels = folder.config.get("id2label") if verb in {"Classify", "Tag"} else None
        self._labels = len(labels) if isinstance(labels, dict) else None
        self._embeds = verb == "Embed"
        self._turns = config.get("model_type") in _TURNING
        # The table that an encoder shares with its decoder lies in the files of both.
        self._twice = config.get("is_encoder_decoder") is True
        self._four = isinstance(scheme, Int4)
        self._writes = verb == "Generate"
        self._blocks = self._four or self._writes

    def fate(self, weight: StoredWeight) -> Fate:
        """Tell what becomes of a weight."""
        if not weight.floats:
            return Fate(weight.bytes, WHOLE_NUMBERS)
        whole = FLOAT * weight.numbers
        if self._embeds and "pooler." in weight.name:
            return Fate(0, "no vector comes of it: it is left out")
        if len(weight.shape) != _AXES:
            return Fate(whole, SMALL)
        table = bool(_TABLE.search(weight.name))
        rows, width = self._rows(weight)
        if min(rows, width) < _NARROW:
            return Fate(whole, "narrower than 16: to round it saves nothing")
        head = not table and rows == self._labels
        if head and not self._blocks:
            return Fate(whole, "it gives the logits")
        if not self._blocks:
            return Fate(weight.numbers + FLOAT * rows)
        logits = table or head or "lm_head" in weight.name
        if self._four and not logits and width % _SMALL_BLOCK == 0:
            return Fate(_four_bits(rows, width))
        size = rows * _eight_bits(width, step=1 if self._four else FLOAT)
        return Fate(2 * size if self._twice and "shared." in weight.name else size)

    def graph(self, weights: Sequence[StoredWeight]) -> int:
        """Give the bytes of what is not made of weights: nodes are guessed, they are small beside a real model."""
        nodes = (_WRITING_NODES if self._writes else _READING_NODES) * len(weights)
        if not self._four:
            return nodes
        widths = {
            self._rows(weight)[1]
            for weight in weights
            if len(weight.shape) == _AXES and weight.floats and not _TABLE.search(weight.name)
        }
        blocks = [width // _SMALL_BLOCK for width in widths if width % _SMALL_BLOCK == 0]
        # What sums up the blocks of an input is a matrix of 4 bits with a step in float32 for each block.
        return nodes + sum(count * count * (_SMALL_BLOCK // 2 + FLOAT) for count in blocks)

    def _rows(self, weight: StoredWeight) -> tuple[int, int]:
        """Give the shape of a matrix as it is multiplied with: what a row holds is summed up."""
        rows, width = weight.shape
        return (width, rows) if self._turns and _TURNED.search(weight.name) else (rows, width)


def _eight_bits(width: int, *, step: int) -> int:
    """Give the bytes of a row: whole numbers in blocks, the last filled up, and the step of each."""
    block = next((size for size in _BLOCKS if -width % size <= width * _WASTE), _BLOCKS[-1])
    return -(-width // block) * (block + step)


def _four_bits(rows: int, width: int) -> int:
    """Give the bytes of a matrix: pairs of whole numbers, the step of each block in one byte, zeros in half of one."""
    blocks = width // _SMALL_BLOCK
    blocks += -(-blocks // _SMALL_BLOCK)  # and what zeros leave over, a weight for each block
    return rows * (blocks * (_SMALL_BLOCK // 2 + 1) + -(-blocks // 2))
