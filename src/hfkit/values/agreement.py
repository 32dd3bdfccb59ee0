"""How far two models agree on texts that were given."""

from __future__ import annotations

from dataclasses import dataclass

from .jsonable import to_json_value

__all__ = ["Agreement"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a candidate decides otherwise than a reference, and what its own batching changes.

    Attributes:
        inputs: how many inputs both were given.
        agreement: the share of inputs on which both decide the same, from 0 to 1.
        largest_change: the largest difference between their scores of one label, or of one span of the
            context; of those that both give.
        changed_by_batching: the share of inputs on which the candidate decides otherwise alone than
            together with the others, from 0 to 1.
        differing: positions of the inputs on which the two decide otherwise.

    >>> Agreement(200, agreement=0.99, largest_change=0.07, changed_by_batching=0.0, differing=(4, 71)).to_dict()
    {'inputs': 200, 'agreement': 0.99, 'largest_change': 0.07, 'changed_by_batching': 0.0, 'differing': [4, 71]}
    """

    inputs: int
    agreement: float
    largest_change: float
    changed_by_batching: float
    differing: tuple[int, ...]

    def to_dict(self) -> dict[str, object]:
        """Give the figures as a dict of JSON values."""
        return {name: to_json_value(getattr(self, name)) for name in self.__slots__}
