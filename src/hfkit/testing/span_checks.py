"""The promises of a backend that opens span scorers, beside those of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import ModelCard, SpanScorer

from .opened import open_model
from .promise import require

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SPAN_CHECKS"]


def describes_itself(backend: object, model_dir: Path) -> None:
    """An open model has a card: a positive limit or none, a device and a number type."""
    with open_model(backend, model_dir) as opened:
        require(
            isinstance(opened.model, SpanScorer),
            f"{type(opened.model).__name__} has no card, score_spans or close",
        )
        card = opened.card
        require(isinstance(card, ModelCard), f"card is a {type(card).__name__}")
        require(card.max_tokens is None or card.max_tokens > 0, f"max_tokens is {card.max_tokens}")
        require(bool(card.device and card.dtype), f"device is {card.device!r}, dtype {card.dtype!r}")


def gives_logits(backend: object, model_dir: Path) -> None:
    """Scores are finite float32 numpy arrays with a pair, first and last, for each token of each sequence."""
    with open_model(backend, model_dir) as opened:
        batch = opened.batch(opened.rows)
        logits = opened.raw(batch)
        require(isinstance(logits, np.ndarray), f"score_spans gives a {type(logits).__name__}")
        require(logits.dtype == np.float32, f"score_spans gives {logits.dtype}")
        expected = (*batch.ids.shape, 2)
        require(logits.shape == expected, f"score_spans gives shape {logits.shape}, must be {expected}")
        require(
            bool(np.isfinite(logits[batch.mask == 1]).all()), "score_spans gives numbers that are not finite"
        )


def tells_first_from_last(backend: object, model_dir: Path) -> None:
    """Where an answer begins is scored otherwise than where it ends."""
    with open_model(backend, model_dir) as opened:
        logits = opened.score(opened.batch(opened.rows))
        require(bool(np.abs(logits[..., 0] - logits[..., 1]).max() > 0), "first and last tokens score alike")


SPAN_CHECKS = (describes_itself, gives_logits, tells_first_from_last)
"""What a span scorer promises of its logits."""
