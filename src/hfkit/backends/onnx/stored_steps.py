"""Steps of blocks in 8 bits: squares of whole numbers, which ONNX Runtime widens once when it opens the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import NodeProto

    from hfkit.text.arrays import FloatArray

    from .graph_view import GraphView

__all__ = ["StoredSteps", "step_unit", "store_steps"]

_TOP = 255


@dataclass(frozen=True, slots=True, eq=False)
class StoredSteps:
    """Steps, as they are stored.

    Squares reach from 1 to 65025, and each is within a few hundredths of what was meant down to a hundredth of the
    largest. So one block with large numbers does not spoil the steps of all others.

    Attributes:
        roots: a whole number from 1 to 255 for each step.
        unit: the step whose root is 1.
    """

    roots: NDArray[np.uint8]
    unit: np.float32

    @property
    def sizes(self) -> FloatArray:
        """The steps, to the bit as ONNX Runtime computes them."""
        roots = self.roots.astype(np.float32)
        return (roots * roots) * self.unit

    def hold(self, view: GraphView, name: str) -> tuple[str, list[NodeProto]]:
        """Keep them in a graph.

        Args:
            view: the graph.
            name: of what they are the steps.

        Returns:
            The name of the steps, and the nodes that widen them: of constants, so that they are gone once the graph
            is open. None if they are there already: all layers of ALBERT multiply with the same weights.
        """
        roots = view.hold(f"{name}/roots", self.roots)
        unit = view.hold(f"{name}/unit", np.array(self.unit))
        wide, squares, steps = (f"{name}/{part}" for part in ("wide", "squares", "steps"))
        if steps in view.makers:
            return steps, []
        made = [
            helper.make_node("Cast", [roots], [wide], to=TensorProto.FLOAT),
            helper.make_node("Mul", [wide, wide], [squares]),
            helper.make_node("Mul", [squares, unit], [steps]),
        ]
        view.makers[steps] = made[-1]
        return steps, made


def step_unit(steps: FloatArray) -> np.float32:
    """Give the unit in which the largest step has the largest root; more than 0, even if no step is."""
    return np.float32(max(steps.max() / _TOP**2, np.finfo(np.float32).tiny))


def store_steps(steps: FloatArray, unit: np.float32, *, up: bool = False) -> StoredSteps:
    """Round steps to what can be stored.

    Args:
        steps: none above the largest that the unit was made for.
        unit: see :func:`step_unit`.
        up: whether no step may become smaller.

    >>> steps = np.array([6.5025, 1.0, 0.01], dtype=np.float32)
    >>> stored = store_steps(steps, step_unit(steps))
    >>> stored.roots.tolist(), stored.sizes.round(4).tolist()
    ([255, 100, 10], [6.502500057220459, 1.0, 0.009999999776482582])
    """
    roots = np.sqrt(steps / unit)
    whole = np.clip(np.ceil(roots) if up else np.rint(roots), 1, _TOP).astype(np.uint8)
    return StoredSteps(whole, unit)
