"""What is measured: Classify on one of its backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

import hfkit
from variants import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.values.runtime import DType
    from variants import Run

__all__ = ["open_hfkit"]


def open_hfkit(folder: Path, *, backend: str, dtype: DType) -> Run:
    """Open a model on the processor, with as many threads as torch has."""
    runtime = hfkit.Runtime(
        backend=backend, device="cpu", dtype=dtype, threads=torch.get_num_threads(), progress="never"
    )
    classify = hfkit.Classify(folder, runtime=runtime).load()
    names = classify.labels

    def run(texts: Sequence[str]) -> Outcome:
        answers = classify.batch(texts)
        probabilities = np.array([[answer.score_of(name) for name in names] for answer in answers])
        return Outcome(probabilities, answers.statistics.padded_tokens)

    return run
