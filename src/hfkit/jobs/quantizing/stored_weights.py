"""What weights a model's files hold, read from their headers alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.schemes import HalfType

__all__ = ["StoredWeight", "read_stored_weights", "rest_of"]

_RESTS: dict[str, HalfType | Literal["float32"]] = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}

# A safetensors file begins with the length of its header.
_LENGTH = 8


@dataclass(frozen=True, slots=True)
class StoredWeight:
    """A weight in a file.

    Attributes:
        name: its name.
        shape: its shape.
        dtype: its number type, as safetensors calls it: ``"F32"``, ``"BF16"``, ``"I64"``.
        bytes: what it takes.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int

    @property
    def numbers(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def floats(self) -> bool:
        """Whether they are floating-point numbers."""
        return self.dtype.startswith(("F", "BF"))


def read_stored_weights(folder: ModelFolder) -> tuple[StoredWeight, ...]:
    """Give the weights of a model, or of an adapter's base, sorted by name.

    Raises:
        ModelError: there are none that can be read; a subclass says why.
    """
    folder.require_weights()
    owner = folder.base or folder
    owner.require_weights()
    files = sorted(owner.path.glob("model*.safetensors"))
    return tuple(sorted((weight for file in files for weight in _header(file)), key=lambda one: one.name))


def rest_of(folder: ModelFolder) -> HalfType | Literal["float32"]:
    """Name the number type of most of a model's numbers: what is not packed stays in it.

    Raises:
        ModelError: there are no weights that can be read; a subclass says why.
    """
    counts = dict.fromkeys(_RESTS, 0)
    for weight in read_stored_weights(folder):
        if weight.dtype in counts:
            counts[weight.dtype] += weight.numbers
    return _RESTS[max(counts, key=counts.__getitem__)]


def _header(file: Path) -> list[StoredWeight]:
    with file.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(_LENGTH), "little")))
    return [
        StoredWeight(
            name, tuple(said["shape"]), said["dtype"], said["data_offsets"][1] - said["data_offsets"][0]
        )
        for name, said in header.items()
        if name != "__metadata__"
    ]
