from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING

import pytest

from hfkit.errors import UnknownLabelError

if TYPE_CHECKING:
    from hfkit.values.classification import Classification


def test_the_best_label_comes_first(result: Classification) -> None:
    assert (result.label, result.score) == ("positive", 0.75)


def test_score_of_a_label(result: Classification) -> None:
    assert result.score_of("négatif") == 0.25


def test_score_of_a_misspelled_label(result: Classification) -> None:
    with pytest.raises(UnknownLabelError) as caught:
        result.score_of("postive")
    assert caught.value.message == "label 'postive' is not among ['positive', 'négatif']"
    assert caught.value.hint == "did you mean 'positive'?"


def test_score_of_a_label_unlike_any(result: Classification) -> None:
    with pytest.raises(UnknownLabelError) as caught:
        result.score_of("sports")
    assert caught.value.message == "label 'sports' is not among ['positive', 'négatif']"
    assert caught.value.hint == "look at .scores; a small top_k leaves labels out"


def test_to_dict(result: Classification) -> None:
    assert result.to_dict() == {
        "label": "positive",
        "score": 0.75,
        "labels": ["positive"],
        "scores": [{"label": "positive", "score": 0.75}, {"label": "négatif", "score": 0.25}],
        "coverage": {"read": 120, "total": 400, "windows": 1},
        "source": {
            "model": "org/model",
            "revision": "0123abc",
            "tokenizer": "sha256:45",
            "backend": "fake",
            "device": "cpu",
            "dtype": "float32",
            "versions": {"hfkit": "1.0", "numpy": "2.0"},
            "base": "org/base@6789def",
            "notes": ["labels are generic"],
        },
    }
    assert json.loads(json.dumps(result.to_dict())) == result.to_dict()


@pytest.mark.parametrize("name", ["scores", "labels", "coverage", "source"])
def test_it_cannot_be_changed(result: Classification, name: str) -> None:
    with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(result, name, None)


@pytest.mark.parametrize("name", ["label", "score"])
def test_what_is_derived_cannot_be_changed_either(result: Classification, name: str) -> None:
    with pytest.raises((AttributeError, TypeError)):
        setattr(result, name, None)


def test_a_score_cannot_be_changed(result: Classification) -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'score'"):
        result.scores[0].score = 1.0  # type: ignore[misc]


def test_equal_results_have_equal_hashes(result: Classification) -> None:
    assert {result, result} == {result}
