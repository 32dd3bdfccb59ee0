"""What training must know of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hfkit.backends.torch.tasks import Task
    from hfkit.data.table import Table
    from hfkit.text.arrays import DoubleArray, FloatArray
    from hfkit.values.classification_scores import Confusion
    from hfkit.values.tuning import TuneSettings

    from .batches import LabelShape
    from .examples import Examples
    from .losses import Loss, TokenLoss

__all__ = ["EvaluatesApart", "Forward", "Goal", "TellsConfusion", "TuningTask"]


class Forward(Protocol):
    """Runs a model as it is on examples."""

    def __call__(self, examples: Examples, /) -> list[tuple[FloatArray, ...]]:
        """Give what its head says of each example."""
        ...

    def loss_sums(self, examples: Examples, loss: TokenLoss, /) -> DoubleArray:
        """Give the sum of the losses of each example's tokens, shape ``[examples]``.

        Where a head gives a number for each word of a vocabulary, what it says of all examples would fill the memory.
        """
        ...


@dataclass(frozen=True, slots=True)
class Goal:
    """The figure by which the best state of a model is chosen.

    Attributes:
        name: of the figure.
        higher: whether more of it is better.
    """

    name: str
    higher: bool = True


class TuningTask(Protocol):
    """One kind of data as a kind of training."""

    @property
    def head(self) -> Task:
        """The kind of model."""
        ...

    @property
    def goal(self) -> Goal:
        """By which figure states are compared."""
        ...

    @property
    def labels(self) -> LabelShape:
        """What the label of an example is."""
        ...

    @property
    def config(self) -> Mapping[str, object]:
        """Settings of the model's configuration that the data decide, such as the names of labels."""
        ...

    def examples(self, table: Table, /) -> Examples:
        """Give the rows of a split as a model reads them.

        Raises:
            DataError: a row cannot be read.
        """
        ...

    def loss(self, settings: TuneSettings, train: Table, /) -> Loss:
        """Give what training makes small."""
        ...

    def figures(self, table: Table, examples: Examples, forward: Forward, /) -> Mapping[str, float]:
        """Say how good the model is as it is, by its figures on a split."""
        ...


@runtime_checkable
class EvaluatesApart(Protocol):
    """A task whose examples are read otherwise where a model is only looked at."""

    def evaluated(self, table: Table, /) -> Examples:
        """Give the rows of a split as a model that is not to learn from them reads them.

        Raises:
            DataError: a row cannot be read.
        """
        ...


@runtime_checkable
class TellsConfusion(Protocol):
    """A task of labels that can be taken for one another."""

    def confusion(self, examples: Examples, forward: Forward, /) -> Confusion | None:
        """Say which labels the model gives for which, as it is; None where any number of them may hold."""
        ...
