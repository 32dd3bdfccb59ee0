"""The losses of Tune against those of transformers and torch."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional
from transformers.trainer_pt_utils import LabelSmoother
from transformers.utils.generic import ModelOutput

from hfkit.jobs.tuning.losses import ClassLoss, LabelLoss, SpanLoss, TokenLoss

CHANCE = torch.Generator().manual_seed(0)


def output(**parts: torch.Tensor) -> ModelOutput:
    return ModelOutput(**parts)  # type: ignore[no-untyped-call]  # transformers leaves it untyped


def test_smoothed_classes_are_those_of_torch() -> None:
    logits, labels = torch.randn(5, 3, generator=CHANCE), torch.tensor([0, 2, 1, 1, 0])
    weights = torch.tensor([0.5, 1.0, 2.0])
    found = ClassLoss((0.5, 1.0, 2.0), smoothing=0.2)(output(logits=logits), labels)
    rows = functional.cross_entropy(logits, labels, weight=weights, label_smoothing=0.2, reduction="none")
    assert float(found) == pytest.approx(float(rows.sum()), rel=1e-6)


def test_smoothed_labels_are_certain_of_neither_side() -> None:
    logits = torch.randn(4, 3, generator=CHANCE)
    labels = torch.tensor([[1.0, 0, 0], [0, 0, 0], [1, 1, 0], [0, 1, 1]])
    found = LabelLoss((1.0, 2.0, 3.0), smoothing=0.1)(output(logits=logits), labels)
    chance, weights = torch.sigmoid(logits), torch.tensor([1.0, 2.0, 3.0])
    aims = torch.where(labels > 0, 0.95, 0.05)
    by_hand = -(weights * aims * chance.log() + (1 - aims) * (1 - chance).log()).sum()
    assert float(found) == pytest.approx(float(by_hand), rel=1e-5)


def test_tokens_are_smoothed_as_transformers_does() -> None:
    logits = torch.randn(2, 4, 6, generator=CHANCE)
    labels = torch.tensor([[1, 2, -100, -100], [0, 5, 3, -100]])
    found = TokenLoss(smoothing=0.1)(output(logits=logits), labels)
    theirs = LabelSmoother(epsilon=0.1)({"logits": logits}, labels)
    assert float(found) / 5 == pytest.approx(float(theirs), rel=1e-5)


def test_spans_are_the_two_ends() -> None:
    starts, ends = torch.randn(3, 7, generator=CHANCE), torch.randn(3, 7, generator=CHANCE)
    labels = torch.tensor([[0, 0], [2, 4], [6, 6]])
    found = SpanLoss()(output(start_logits=starts, end_logits=ends), labels)
    theirs = functional.cross_entropy(starts, labels[:, 0]) + functional.cross_entropy(ends, labels[:, 1])
    assert float(found) / 3 == pytest.approx(float(theirs), rel=1e-6)
