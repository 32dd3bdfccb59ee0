"""txtai's pipeline for text classification, as its documentation calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.torch.quiet import quiet_transformers
from peers.meter import TokenMeter
from variants import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from variants import Run

__all__ = ["open_txtai"]


def open_txtai(folder: Path) -> Run:
    """Open a model; txtai gives each text's labels by number, best first."""
    from txtai.pipeline import Labels

    with quiet_transformers():
        labels = Labels(str(folder), gpu=False, dynamic=False, dtype="float32")
    meter = TokenMeter(labels.pipeline.model)

    def run(texts: Sequence[str]) -> Outcome:
        answers = labels(list(texts))
        return Outcome(np.array([[score for _, score in sorted(answer)] for answer in answers]), meter.take())

    return run
