"""The result of Embed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .jsonable import to_json_value
from .provenance import Coverage, Source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Embedding"]

# Numbers of a vector that are printed.
_SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Embedding:
    """A text as a vector: texts that mean the like have vectors that point the same way.

    Two are equal if every number is, and they come of the same source. The array cannot be written to;
    ``vector.copy()`` can.

    Attributes:
        vector: float32, shape ``[size]``.
        coverage: how much of the text was read.
        source: which model gave the vector, and how.
    """

    vector: npt.NDArray[np.float32]
    coverage: Coverage
    source: Source

    def __repr__(self) -> str:
        first = ", ".join(f"{number:.3f}" for number in self.vector[:_SHOWN].tolist())
        rest = ", ..." if len(self.vector) > _SHOWN else ""
        return f"<Embedding of {len(self.vector)} numbers: {first}{rest}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Embedding) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[object, ...]:
        return self.vector.tobytes(), self.coverage, self.source

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values, the vector as a list of numbers."""
        return {
            "vector": self.vector.tolist(),
            "coverage": to_json_value(self.coverage),
            "source": self.source.to_dict(),
        }
