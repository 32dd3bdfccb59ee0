"""The promises of a backend that opens taggers, beside those of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import ScorerCard
from hfkit.backends.taggers import Tagger

from .opened import open_model
from .promise import require
from .scorer_checks import knows_its_labels

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TAGGER_CHECKS"]


def describes_itself(backend: object, model_dir: Path) -> None:
    """An open model has a card: labels, a positive limit or none, a device and a number type."""
    with open_model(backend, model_dir) as opened:
        require(isinstance(opened.model, Tagger), f"{type(opened.model).__name__} has no card, tag or close")
        card = opened.card
        require(isinstance(card, ScorerCard), f"card is a {type(card).__name__}, must be a ScorerCard")
        require(card.max_tokens is None or card.max_tokens > 0, f"max_tokens is {card.max_tokens}")
        require(bool(card.device and card.dtype), f"device is {card.device!r}, dtype {card.dtype!r}")


def gives_logits(backend: object, model_dir: Path) -> None:
    """Scores are finite float32 numpy arrays with a row for each token and a column for each label."""
    with open_model(backend, model_dir) as opened:
        batch = opened.batch(opened.rows)
        logits = opened.raw(batch)
        require(isinstance(logits, np.ndarray), f"tag gives a {type(logits).__name__}")
        require(logits.dtype == np.float32, f"tag gives {logits.dtype}")
        card = opened.card
        labels = len(card.labels.names) if isinstance(card, ScorerCard) else 0
        expected = (*batch.ids.shape, labels)
        require(logits.shape == expected, f"tag gives shape {logits.shape}, must be {expected}")
        require(bool(np.isfinite(logits[batch.mask == 1]).all()), "tag gives numbers that are not finite")


TAGGER_CHECKS = (describes_itself, knows_its_labels, gives_logits)
"""What a tagger promises of its labels."""
