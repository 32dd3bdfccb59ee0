"""What weights a model's files hold, read from their headers alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias

from hfkit.values.schemes import Torchao

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.schemes import BitsAndBytes, HalfType

    Rest: TypeAlias = HalfType | Literal["float32"]

__all__ = ["StoredWeight", "read_stored_weights", "rest_of", "stored_as"]

_RESTS: dict[str, Rest] = {"F32": "float32", "BF16": "bfloat16", "F16": "float16"}

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


def rest_of(folder: ModelFolder, scheme: Torchao | BitsAndBytes) -> Rest:
    """Name the number type of what a scheme does not pack, in which the result computes too.

    It is that in which the model is stored, but for one: torchao 0.18 multiplies with whole numbers of 8 bits before
    it scales them down, in the number type of the inputs. What comes of that is up to 127 times as large as the
    result, and float16 ends at 65,504.

    Raises:
        ModelError: there are no weights that can be read; a subclass says why.
    """
    stored = stored_as(folder)
    overflows = isinstance(scheme, Torchao) and scheme.bits in {"int8", "int8_dynamic"}
    return "bfloat16" if overflows and stored == "float16" else stored


def stored_as(folder: ModelFolder) -> Rest:
    """Name the number type of most of a model's numbers.

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
