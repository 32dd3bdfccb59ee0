"""One way to do what is measured, open or not; and what a way to classify gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Missing", "Outcome", "Probabilities", "Run", "Variant"]

Probabilities: TypeAlias = npt.NDArray[np.float64]
"""Shape ``[texts, labels]``, the labels in the model's order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave.

    Attributes:
        probabilities: the answers.
        computed_tokens: tokens that went through the model, padding included.
    """

    probabilities: Probabilities
    computed_tokens: int


Run: TypeAlias = "Callable[[Sequence[str]], Outcome]"
"""From texts to answers, with a model that is open."""


Work = TypeVar("Work")


@dataclass(frozen=True, slots=True)
class Variant(Generic[Work]):
    """One way to do what is measured, open.

    Attributes:
        name: what the tables call it.
        run: does it; to classify, from texts to answers.
        exact: whether it must give the reference's answers; those in 8 bits need not.
    """

    name: str
    run: Work
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """One way that cannot be measured here.

    Attributes:
        name: what the tables call it.
        reason: why, in a few words.
    """

    name: str
    reason: str
