"""What the tasks of language modelling share: the loss of each token, and how good a model is by it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import DataError
from hfkit.metrics.perplexity import perplexity

from .batches import IGNORED
from .class_weights import require_unweighed
from .losses import TokenLoss
from .tasks import Goal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hfkit.backends.torch.tasks import Task
    from hfkit.data.checks.readings import RowReading
    from hfkit.data.table import Table
    from hfkit.data.task import TaskData
    from hfkit.text.arrays import IntArray
    from hfkit.values.tuning import TuneSettings

    from .batches import LabelShape
    from .examples import Example, Examples
    from .tasks import Forward

__all__ = ["LanguageTask", "label_tokens"]


class LanguageTask(ABC):
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`; models tell tokens.

    Args:
        data: the texts or chats.
        shifted: whether a token tells the next one, or what is hidden behind it.
    """

    def __init__(self, data: TaskData, *, shifted: bool) -> None:
        self._data = data
        self._shifted = shifted

    @property
    @abstractmethod
    def head(self) -> Task:
        """The kind of model."""

    @abstractmethod
    def examples(self, table: Table, /) -> Examples:
        """Give the rows of a split as a model reads them."""

    @property
    def goal(self) -> Goal:
        """The mean loss of a token."""
        return Goal("loss", higher=False)

    @property
    def labels(self) -> LabelShape:
        """One for each token that is told."""
        return "tokens"

    @property
    def config(self) -> Mapping[str, object]:
        """Nothing: a head tells all tokens of the vocabulary, whatever the data."""
        return {}

    def loss(self, settings: TuneSettings, train: Table, /) -> TokenLoss:  # noqa: ARG002  # as for the other tasks
        """Give the cross entropy of the tokens that are told.

        Raises:
            SettingError: there are weights of labels, and no labels.
        """
        require_unweighed(settings, self._data)
        return TokenLoss(shifted=self._shifted, smoothing=settings.label_smoothing)

    def figures(
        self,
        table: Table,  # noqa: ARG002  # the tokens are in the examples
        examples: Examples,
        forward: Forward,
        /,
    ) -> Mapping[str, float]:
        """Give the mean loss of a token, and among how many tokens the model was as unsure."""
        total = float(forward.loss_sums(examples, TokenLoss(shifted=self._shifted)).sum())
        tokens = sum(_told(example) for example in examples.examples)
        if not np.isfinite(total):
            return {"loss": total, "perplexity": total}
        return {"loss": total / tokens, "perplexity": perplexity(-total, tokens)}

    def _readable(self, table: Table) -> Iterator[tuple[int, RowReading]]:
        """Give the rows of a split with their numbers.

        Raises:
            DataError: one of them cannot be read.
        """
        for number, reading in enumerate(self._data.readings(table)):
            if not reading.inputs:
                fault = reading.faults[0]
                raise DataError(
                    f"row {number} cannot be learned from: column {fault.column!r}: {fault.kind} {fault.detail}",
                    hint="data.check() tells of all such rows; leave them out with table.filter(...)",
                )
            yield number, reading

    def _require_some(self, examples: list[Example]) -> None:
        if not examples:
            raise DataError(
                f"none of the {type(self._data).__name__} holds a token that can be learned",
                hint="give longer ones, or raise max_tokens",
            )


def label_tokens(ids: IntArray, told: IntArray) -> Mapping[str, IntArray]:
    """Make labels of the tokens at some places; the others have none."""
    labels = np.full(len(ids), IGNORED, dtype=np.int64)
    labels[told] = ids[told]
    return {"labels": labels}


def _told(example: Example) -> int:
    return int((example.labels["labels"] != IGNORED).sum())
