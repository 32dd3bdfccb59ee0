"""What is measured: Classify on one of its backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import hfkit
from cores import threads
from corpus import SENTENCES, read_corpus
from variants import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.values.runtime import DType
    from variants import Run

__all__ = ["open_hfkit"]

# Sentences of some 10,000 tokens: a call on which hfkit finds out how many forward passes at a time are best.
_FIRST_CALL = 400


def open_hfkit(folder: Path, *, backend: str, dtype: DType) -> Run:
    """Open a model on the processor, and have it used once as a program would."""
    runtime = hfkit.Runtime(backend=backend, device="cpu", dtype=dtype, threads=threads(), progress="never")
    classify = hfkit.Classify(folder, runtime=runtime).load()
    if runtime.threads is None:
        classify.batch(read_corpus(SENTENCES).texts[:_FIRST_CALL])
    names = classify.labels

    def run(texts: Sequence[str]) -> Outcome:
        answers = classify.batch(texts)
        probabilities = np.array([[answer.score_of(name) for name in names] for answer in answers])
        return Outcome(probabilities, answers.statistics.padded_tokens)

    return run
