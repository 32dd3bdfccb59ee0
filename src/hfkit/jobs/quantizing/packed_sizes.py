"""What weights take in a file of torchao or bitsandbytes, with what its header says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.values.schemes import Torchao

from .fate import FLOAT

if TYPE_CHECKING:
    from hfkit.values.schemes import BitsAndBytes

    from .stored_weights import StoredWeight

__all__ = ["entry", "packed_bytes", "plain_bytes"]

_ENTRY = 68  # of a tensor in the header, beside its name

# Of a packed weight: how often its name stands in the header, and what else does there. Read off files of torchao 0.18
# and bitsandbytes 0.50.
_HEADERS = {
    "int8": (5, 496),
    "int8_dynamic": (5, 715),
    "float8": (4, 481),
}
_EIGHT, _FOUR = (3, 207), (6, 480)

# In 4 bits: weights that share a scale, and scales that share one; then both tables of values, and what the shape was.
_BLOCK, _SCALES, _TABLES = 64, 256, 1024 + 64 + 170


def entry(weight: StoredWeight) -> int:
    """Give what the header of a safetensors file takes for a weight."""
    return len(weight.name) + _ENTRY


def plain_bytes(weight: StoredWeight, scheme: Torchao | BitsAndBytes, size: int) -> int:
    """Give the bytes of a weight that stays, in numbers of so many bytes."""
    told = 2 * len(weight.name) + 35 if isinstance(scheme, Torchao) else 0  # torchao lists them too
    return size * weight.numbers + entry(weight) + told


def packed_bytes(weight: StoredWeight, scheme: Torchao | BitsAndBytes) -> int:
    """Give the bytes of a weight that is packed; its scales are float32, whatever the number type of the others."""
    rows, numbers, name = weight.shape[0], weight.numbers, len(weight.name)
    if isinstance(scheme, Torchao):
        often, beside = _HEADERS[scheme.bits]
        zeros = 0 if scheme.bits == "float8" else rows
        return numbers + FLOAT * rows + zeros + often * name + beside
    if scheme.bits == "int8":
        often, beside = _EIGHT
        return numbers + FLOAT * rows + 1 + often * name + beside
    often, beside = _FOUR
    scales = -(-numbers // _BLOCK)
    return -(-numbers // 2) + scales + FLOAT * -(-scales // _SCALES) + _TABLES + often * name + beside
