"""Read a GGUF file: what it says of its model, and the model's weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from hfkit.errors import CorruptModelError, MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt
    from gguf import ReaderTensor

__all__ = ["GgufFile", "read_gguf", "require_gguf"]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class GgufFile:
    """An open GGUF file; its tensors stay on the disk until they are asked for.

    Attributes:
        path: the file.
        metadata: its key-value pairs; lists of numbers and texts are lists.
        packed: its tensors, as they are quantized.
    """

    path: Path
    metadata: Mapping[str, object]
    packed: Sequence[ReaderTensor]

    def value(self, key: str, kind: type[_Value]) -> _Value:
        """Give one value of the metadata.

        Raises:
            CorruptModelError: it is not there, or of another type.
        """
        value = self.metadata.get(key)
        if not isinstance(value, kind):
            raise CorruptModelError(
                f"{key} of {self.path.name} is of type {type(value).__name__}, must be {kind.__name__}",
                hint="convert the model again with llama.cpp's convert_hf_to_gguf.py",
            )
        return value

    def tensors(self) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
        """Give the name and the values of one tensor after the other, computed in float32 from their blocks."""
        from gguf import dequantize

        for tensor in self.packed:
            yield tensor.name, dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)


def read_gguf(path: Path) -> GgufFile:
    """Open a GGUF file.

    Raises:
        MissingDependencyError: the package that reads it is not installed.
        CorruptModelError: it is none, or truncated.
    """
    require_gguf()
    from gguf import GGUFReader

    try:
        reader = GGUFReader(path)
    except (ValueError, IndexError, KeyError) as error:
        raise CorruptModelError(
            f"{path} is no GGUF file, or truncated: {error}", hint="fetch it again"
        ) from error
    return GgufFile(path, {name: field.contents() for name, field in reader.fields.items()}, reader.tensors)


def require_gguf() -> None:
    """Make sure that GGUF files can be read, before one is fetched.

    Raises:
        MissingDependencyError: the package that reads them is not installed.
    """
    try:
        import gguf  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError("gguf is not installed", hint="pip install 'hfkit[starter]'") from error
