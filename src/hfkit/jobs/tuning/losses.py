"""What training makes small: sums over a step, so that a step is the same however it is shared out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from torch.nn import functional

from .batches import IGNORED

if TYPE_CHECKING:
    import torch
    from transformers.utils.generic import ModelOutput

__all__ = ["ClassLoss", "LabelLoss", "Loss", "SpanLoss", "TokenLoss"]


class Loss(Protocol):
    """Tells how far a model's output is from what it should have said."""

    def __call__(self, output: ModelOutput, labels: torch.Tensor, /) -> torch.Tensor:
        """Give the sum over all labels that count; Trainer divides it by their number in the whole step."""
        ...


@dataclass(frozen=True, slots=True)
class ClassLoss:
    """One label for each example.

    Attributes:
        weights: of the classes, of mean 1 over the examples; None for equal ones.
        smoothing: the share of certainty that is taken from the right class.
    """

    weights: tuple[float, ...] | None = None
    smoothing: float = 0.0

    def __call__(self, output: ModelOutput, labels: torch.Tensor, /) -> torch.Tensor:
        """Give the cross entropy."""
        logits = output["logits"].float()
        weights = None if self.weights is None else logits.new_tensor(self.weights)
        return functional.cross_entropy(
            logits, labels, weight=weights, label_smoothing=self.smoothing, reduction="sum"
        )


@dataclass(frozen=True, slots=True)
class LabelLoss:
    """Any number of labels for each example: each holds or does not.

    Attributes:
        weights: of the labels where they hold; None for equal ones.
        smoothing: the share of certainty that is taken from what holds and what does not.
    """

    weights: tuple[float, ...] | None = None
    smoothing: float = 0.0

    def __call__(self, output: ModelOutput, labels: torch.Tensor, /) -> torch.Tensor:
        """Give the binary cross entropy."""
        logits = output["logits"].float()
        weights = None if self.weights is None else logits.new_tensor(self.weights)
        smoothed = labels.float() * (1 - self.smoothing) + self.smoothing / 2
        return functional.binary_cross_entropy_with_logits(
            logits, smoothed, pos_weight=weights, reduction="sum"
        )


@dataclass(frozen=True, slots=True)
class SpanLoss:
    """The first and the last token of an answer."""

    def __call__(self, output: ModelOutput, labels: torch.Tensor, /) -> torch.Tensor:
        """Give the cross entropies of both, over the tokens of a sequence."""
        starts, ends = output["start_logits"].float(), output["end_logits"].float()
        return functional.cross_entropy(starts, labels[:, 0], reduction="sum") + functional.cross_entropy(
            ends, labels[:, 1], reduction="sum"
        )


@dataclass(frozen=True, slots=True)
class TokenLoss:
    """A label for each token; what has none is ignored.

    Attributes:
        shifted: whether a token is to tell the next one's label.
        weights: of the classes, of mean 1 over the tokens; None for equal ones.
        smoothing: the share of certainty that is taken from the right class.
    """

    shifted: bool = False
    weights: tuple[float, ...] | None = None
    smoothing: float = 0.0

    def __call__(self, output: ModelOutput, labels: torch.Tensor, /) -> torch.Tensor:
        """Give the cross entropy over the tokens that have a label."""
        kept, wanted, _ = self._counted(output, labels)
        weights = None if self.weights is None else kept.new_tensor(self.weights)
        return functional.cross_entropy(
            kept, wanted, weight=weights, label_smoothing=self.smoothing, reduction="sum"
        )

    def sums(self, output: ModelOutput, labels: torch.Tensor, /) -> torch.Tensor:
        """Give the cross entropy of each row, shape ``[rows]``, as it is: neither weighted nor smoothed."""
        kept, wanted, rows = self._counted(output, labels)
        losses = functional.cross_entropy(kept, wanted, reduction="none")
        return losses.new_zeros(len(labels)).index_add_(0, rows, losses)

    def _counted(
        self, output: ModelOutput, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Give the logits of the tokens that have a label, these labels, and their rows."""
        logits = output["logits"]
        if self.shifted:
            logits, labels = logits[:, :-1], labels[:, 1:]
        counted = labels != IGNORED
        # Most of a large vocabulary's logits need no gradient.
        return logits[counted].float(), labels[counted], counted.nonzero()[:, 0]
