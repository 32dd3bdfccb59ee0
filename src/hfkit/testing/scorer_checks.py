"""The promises of a backend that opens scorers, beside those of every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.protocols import Scorer, ScorerCard
from hfkit.hub.resolve import resolve
from hfkit.text.labels import LabelScheme

from .opened import open_model
from .promise import require

if TYPE_CHECKING:
    from pathlib import Path

    from .opened import OpenedModel

__all__ = ["SCORER_CHECKS"]


def describes_itself(backend: object, model_dir: Path) -> None:
    """An open model has a card: labels, a positive limit or none, a device and a number type."""
    with open_model(backend, model_dir) as opened:
        require(
            isinstance(opened.model, Scorer), f"{type(opened.model).__name__} has no card, score or close"
        )
        card = _card(opened)
        require(
            len(set(card.labels.names)) == len(card.labels.names) > 0, f"its labels are {card.labels.names}"
        )
        require(card.max_tokens is None or card.max_tokens > 0, f"max_tokens is {card.max_tokens}")
        require(bool(card.device and card.dtype), f"device is {card.device!r}, dtype {card.dtype!r}")


def knows_its_labels(backend: object, model_dir: Path) -> None:
    """Its labels are those that the model's config.json names, in their order."""
    with open_model(backend, model_dir) as opened:
        named = LabelScheme.from_config(resolve(model_dir, offline=True).config)
        labels = _card(opened).labels
        require(labels == named, f"its labels are {labels}, config.json says {named}")


def gives_logits(backend: object, model_dir: Path) -> None:
    """Scores are finite float32 numpy arrays with a row for each sequence and a column for each label."""
    with open_model(backend, model_dir) as opened:
        logits = opened.raw(opened.batch(opened.rows))
        require(isinstance(logits, np.ndarray), f"score gives a {type(logits).__name__}")
        require(logits.dtype == np.float32, f"score gives {logits.dtype}")
        expected = (len(opened.rows), len(_card(opened).labels.names))
        require(logits.shape == expected, f"score gives shape {logits.shape}, must be {expected}")
        require(bool(np.isfinite(logits).all()), "score gives numbers that are not finite")


def _card(opened: OpenedModel) -> ScorerCard:
    card = opened.card
    require(isinstance(card, ScorerCard), f"card is a {type(card).__name__}, must be a ScorerCard")
    return cast("ScorerCard", card)


SCORER_CHECKS = (describes_itself, knows_its_labels, gives_logits)
"""What a scorer promises of its labels."""
