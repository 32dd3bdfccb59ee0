"""Agreement of two facades whose answers are made by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import hfkit
from hfkit import errors

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hfkit.values.inputs import TextInput

RUNTIME = hfkit.Runtime(backend="fake", progress="never", offline=True)
TEXTS = ["good", "bad", "never dull", "a story"]


@dataclass(frozen=True)
class Changed:
    """A facade that reads other texts than it is given: some together, some alone."""

    classify: hfkit.Classify
    together: dict[str, str]
    alone: dict[str, str]

    def __call__(self, text: TextInput, /) -> hfkit.Classification:
        return self.classify(self.alone.get(str(text), text))

    def batch(self, texts: Iterable[TextInput], /) -> hfkit.Batch[hfkit.Classification]:
        return self.classify.batch([self.together.get(str(text), text) for text in texts])


@pytest.fixture(scope="module")
def classify(tmp_path_factory: pytest.TempPathFactory) -> hfkit.Classify:
    folder = hfkit.testing.write_fake_model(tmp_path_factory.mktemp("fake") / "m")
    return hfkit.Classify(folder, runtime=RUNTIME)


@pytest.fixture(scope="module")
def opposite(classify: hfkit.Classify) -> tuple[str, str]:
    """Two texts with different labels."""
    labels = {
        text: classify(text).label for text in ("good", "bad", "dull", "story", "movie", "never", "very")
    }
    first = next(iter(labels))
    return first, next(text for text, label in labels.items() if label != labels[first])


def test_a_model_agrees_with_itself(classify: hfkit.Classify) -> None:
    found = hfkit.measure_agreement(classify, classify, iter(TEXTS))
    assert found == hfkit.Agreement(4, 1.0, 0.0, 0.0, ())
    assert json.loads(json.dumps(found.to_dict()))["differing"] == []


def test_what_differs_is_counted_and_placed(classify: hfkit.Classify, opposite: tuple[str, str]) -> None:
    one, other = opposite
    texts = [one, "a story", one, "never dull"]
    swapped = Changed(classify, together={one: other}, alone={one: other})
    found = hfkit.measure_agreement(classify, swapped, texts)
    expected, given = classify(one), classify(other)
    change = max(abs(score.score - given.score_of(score.label)) for score in expected.scores)
    assert found == hfkit.Agreement(4, 0.5, pytest.approx(change), 0.0, (0, 2))  # type: ignore[arg-type]


def test_a_share_is_exactly_what_it_is_written_as(
    classify: hfkit.Classify, opposite: tuple[str, str]
) -> None:
    one, other = opposite
    swapped = Changed(classify, together={one: other}, alone={one: other})
    assert hfkit.measure_agreement(classify, swapped, [one, one, one, one, other]).agreement == 0.2


def test_what_batching_changes_is_the_candidates_own(
    classify: hfkit.Classify, opposite: tuple[str, str]
) -> None:
    one, other = opposite
    found = hfkit.measure_agreement(classify, Changed(classify, {}, {one: other}), [one, other])
    assert (found.agreement, found.changed_by_batching) == (1.0, 0.5)


def test_answers_are_compared_by_their_text(tmp_path: Path) -> None:
    readers = [
        hfkit.Answer(hfkit.testing.write_fake_reader(tmp_path / str(seed), seed=seed), runtime=RUNTIME)
        for seed in (1, 2)
    ]
    questions = [hfkit.Question("who ?", context=f"{text} and a very good movie") for text in TEXTS]
    found = hfkit.measure_agreement(readers[0], readers[1], questions)
    texts = [[reader(question).text for question in questions] for reader in readers]
    differing = tuple(i for i, (one, other) in enumerate(zip(*texts, strict=True)) if one != other)
    assert differing
    assert found.differing == differing
    assert found.agreement == (len(questions) - len(differing)) / len(questions)


def test_nothing_to_agree_on(classify: hfkit.Classify) -> None:
    with pytest.raises(errors.InputError) as caught:
        hfkit.measure_agreement(classify, classify, [])
    assert caught.value.message == "inputs are 0, must be at least 1"


@pytest.mark.parametrize("inputs", ["good", None, hfkit.Pair("good", "bad")], ids=repr)
def test_one_input_is_not_taken_for_many(inputs: Any, classify: hfkit.Classify) -> None:
    with pytest.raises(errors.InputTypeError, match="must be an iterable of str or Pair"):
        hfkit.measure_agreement(classify, classify, inputs)


def test_taggers_agree_on_entities(fake_tagger: Path, tmp_path: Path) -> None:
    one = hfkit.Tag(fake_tagger, runtime=RUNTIME)
    other = hfkit.Tag(hfkit.testing.write_fake_tagger(tmp_path / "other", seed=3), runtime=RUNTIME)
    inputs: list[str | hfkit.Words] = [*TEXTS, hfkit.Words(["the", "old", "city"])]
    assert hfkit.measure_agreement(one, one, inputs) == hfkit.Agreement(5, 1.0, 0.0, 0.0, ())
    found = hfkit.measure_agreement(one, other, inputs)
    entities = [
        [[(entity.text, entity.label) for entity in result.entities] for result in tag.batch(inputs)]
        for tag in (one, other)
    ]
    assert found.differing == tuple(place for place in range(5) if entities[0][place] != entities[1][place])
    assert found.agreement < 1
