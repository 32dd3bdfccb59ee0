"""When two ways of computing the same answers agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from variants import Probabilities

__all__ = ["TOLERANCE", "Difference", "compare"]

TOLERANCE = 1e-4
"""What float32 may change when a sum is taken in another order, with room to spare."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far answers are from a reference.

    Attributes:
        largest: the largest change of a probability.
        labels: texts with another best label, where the reference's best two lie apart.
        ties: texts with another best label, where they are as good as equal.
    """

    largest: float
    labels: int
    ties: int

    @property
    def agrees(self) -> bool:
        """Whether the answers are the same but for rounding."""
        return self.largest <= TOLERANCE and self.labels == 0


def compare(reference: Probabilities, other: Probabilities) -> Difference:
    """Compare answers for the same texts, both of shape ``[texts, labels]``."""
    if reference.shape != other.shape:
        raise ValueError(f"answers have the shapes {reference.shape} and {other.shape}, must be equal")
    changed = reference.argmax(axis=1) != other.argmax(axis=1)
    best = np.sort(reference, axis=1)
    apart = best[:, -1] - best[:, -2] > 2 * TOLERANCE if reference.shape[1] > 1 else np.ones_like(changed)
    return Difference(
        largest=float(np.abs(reference - other).max()),
        labels=int((changed & apart).sum()),
        ties=int((changed & ~apart).sum()),
    )
