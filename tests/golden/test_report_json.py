"""The JSON of a report, to the letter: other programs read it, and keep it for years."""

from __future__ import annotations

from pathlib import Path

import hfkit
from hfkit.metrics.calibration import score_probabilities
from hfkit.metrics.classification import score_labels
from hfkit.values.classification_report import WrongLabel
from hfkit.values.evaluation import EvaluatedData, Speed

GOLDEN = Path(__file__).parent / "classification_report.json"

DRAWS = hfkit.Bootstrap(level=0.9, resamples=1)

REPORT = hfkit.ClassificationReport(
    source=hfkit.Source(
        model="org/model",
        revision="0123456789abcdef0123456789abcdef01234567",
        tokenizer="sha256:ab",
        backend="torch",
        device="cpu",
        dtype="float32",
        versions=(("hfkit", "0.1.0"), ("torch", "2.13.0")),
    ),
    data=EvaluatedData("Labelled", "test", rows=2, fingerprint="sha256:cd"),
    speed=Speed(0.5, hfkit.Statistics(inputs=2, windows=2, forwards=1, tokens=10, padded_tokens=12)),
    bootstrap=DRAWS,
    notes=("a note",),
    scores=score_labels(["né", "né"], ["né", "né"], labels=("né", "yes"), bootstrap=DRAWS),
    calibration=score_probabilities([[0.75, 0.25], [0.75, 0.25]], [0, 0], bins=2, bootstrap=DRAWS),
    mistakes=(WrongLabel(1, "né", "yes", 0.75),),
)


def test_a_report_is_written_like_this() -> None:
    assert REPORT.to_json(indent=2) + "\n" == GOLDEN.read_text(encoding="utf-8")
