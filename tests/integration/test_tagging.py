"""Tag beside transformers' own pipeline, where both mean the same by a word: with word pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from transformers import pipeline

import hfkit
from hfkit import errors
from hfkit.testing import write_tiny_classifier, write_tiny_tagger

if TYPE_CHECKING:
    from pathlib import Path

OFFLINE = hfkit.Runtime(offline=True, progress="never")
# Without signs inside of words, which are words of their own to the pipeline.
TEXTS = [
    "the old city house was never dull",
    "unhappily people love the new movie of that actor",
    "never",
    "it was very good, (never dull) and new.",
    'he said: "love is old"; no!',
]
TAGS = ("O", "B-person", "I-person", "B-place", "I-place")


@pytest.mark.parametrize("tags", [TAGS, ("O", "person", "place")], ids=["lettered", "plain"])
@pytest.mark.parametrize("family", ["bert", "distilbert", "electra"])
def test_entities_are_those_of_the_pipeline(family: Any, tags: tuple[str, ...], tmp_path: Path) -> None:
    folder = write_tiny_tagger(tmp_path / "model", family=family, tags=tags, limit=128)
    theirs: Any = pipeline("token-classification", str(folder), aggregation_strategy="first")
    tag = hfkit.Tag(folder, runtime=OFFLINE)
    seen = 0
    for text, result in zip(TEXTS, tag.batch(TEXTS), strict=True):
        expected = theirs(text)
        seen += len(expected)
        assert [(one.label, one.text) for one in result.entities] == [
            (one["entity_group"], text[one["start"] : one["end"]].strip()) for one in expected
        ]
        assert [one.end for one in result.entities] == [one["end"] for one in expected]
        scores = [float(one["score"]) for one in expected]
        assert [one.score for one in result.entities] == pytest.approx(scores, abs=1e-5)
    assert seen > 5


def test_a_model_for_another_verb_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "model")
    with pytest.raises(errors.WrongHeadError):
        hfkit.Tag(folder, runtime=OFFLINE)("the old city")
