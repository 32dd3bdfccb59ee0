"""The JSON of results, to the letter: other programs read it."""

from __future__ import annotations

from pathlib import Path

import hfkit

GOLDEN = Path(__file__).parent / "classification.json"

SOURCE = hfkit.Source(
    model="org/model",
    revision="0123456789abcdef0123456789abcdef01234567",
    tokenizer="sha256:ab",
    backend="torch",
    device="cpu",
    dtype="float32",
    versions=(("hfkit", "0.1.0"), ("torch", "2.13.0")),
    notes=("a note",),
)

RESULT = hfkit.Classification(
    scores=(hfkit.LabelScore("positive", 0.75), hfkit.LabelScore("négative", 0.25)),
    labels=("positive",),
    coverage=hfkit.Coverage(read=40, total=40, windows=1),
    source=SOURCE,
)


def test_a_classification_is_written_like_this() -> None:
    assert hfkit.Batch([RESULT]).to_json(indent=2) + "\n" == GOLDEN.read_text(encoding="utf-8")
