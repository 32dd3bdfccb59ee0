"""The plugin is done when these pass: hfkit's promises, and the answers of another backend."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hfkit_numpy import NumpyBackend

import hfkit

MODEL = hfkit.testing.write_tiny_classifier(Path(tempfile.mkdtemp()) / "bert")


@pytest.mark.parametrize("check", hfkit.testing.checks(NumpyBackend(), MODEL), ids=str)
def test_backend(check: hfkit.testing.Check) -> None:
    """Every promise is kept."""
    check()


def test_it_is_found_by_name_and_agrees_with_torch() -> None:
    """The entry point is declared, and the probabilities are torch's."""
    texts = ["a good movie", "never, ever: dull!", "the plot " * 60, "bad"]
    ours = hfkit.Classify(MODEL, runtime=hfkit.Runtime(backend="numpy")).batch(texts)
    theirs = hfkit.Classify(MODEL, runtime=hfkit.Runtime(backend="torch")).batch(texts)
    assert ours[0].source.backend == "numpy"
    for one, other in zip(ours, theirs, strict=True):
        for entry in one.scores:
            assert entry.score == pytest.approx(other.score_of(entry.label), abs=1e-4)
