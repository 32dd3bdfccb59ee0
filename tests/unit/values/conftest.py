from __future__ import annotations

import pytest

from hfkit.values.classification import Classification, LabelScore
from hfkit.values.provenance import Coverage, Source


@pytest.fixture
def source() -> Source:
    """What gave an answer, with nothing left at its default."""
    return Source(
        model="org/model",
        revision="0123abc",
        tokenizer="sha256:45",
        backend="fake",
        device="cpu",
        dtype="float32",
        versions=(("hfkit", "1.0"), ("numpy", "2.0")),
        base="org/base@6789def",
        notes=("labels are generic",),
    )


@pytest.fixture
def result(source: Source) -> Classification:
    """An answer of two labels, of which one holds."""
    return Classification(
        scores=(LabelScore("positive", 0.75), LabelScore("négatif", 0.25)),
        labels=("positive",),
        coverage=Coverage(read=120, total=400, windows=1),
        source=source,
    )
