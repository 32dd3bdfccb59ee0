"""Tune on words with tags: the model reads what it reads when it tags, and learns where its tags are read."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import hfkit
from hfkit import errors
from hfkit.backends.torch.backend import TorchBackend
from hfkit.engines.tokens import open_tokenizer
from hfkit.hub.resolve import resolve
from hfkit.jobs.tuning.batches import IGNORED
from hfkit.jobs.tuning.tagged import TaggedTask
from hfkit.testing import write_tiny_classifier
from hfkit.testing.models import write_tiny_tagger

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.testing.models import TinyFamily

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")
LONG = 30  # repetitions that no window of a tiny model holds


def sentences(count: int, *, start: int = 0) -> list[dict[str, object]]:
    people, places = ["ann", "bo carl", "dora", "emil"], ["rome", "new york", "oslo"]
    rows: list[dict[str, object]] = []
    for number in range(start, start + count):
        person, place = people[number % 4].split(), places[number // 2 % 3].split()
        filler = ["it", "was", "old"] * (LONG if number % 16 == 5 else number % 3)
        words = [*filler, *person, "saw", "the", "city", "of", *place, "!"]
        tags = [
            *["O"] * len(filler),
            *("B-person" if place_ == 0 else "I-person" for place_ in range(len(person))),
            *["O"] * 4,
            *("B-place" if place_ == 0 else "I-place" for place_ in range(len(place))),
            "O",
        ]
        rows.append({"tokens": words, "ner_tags": tags})
    return rows


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data() -> hfkit.Tagged:
    return hfkit.Tagged(train=sentences(64), validation=sentences(16, start=101))


@pytest.fixture
def tune(base: Path) -> hfkit.Tune:
    return hfkit.Tune(base, epochs=14, batch_size=8, learning_rate=5e-3, runtime=RUNTIME)


def task(folder: Path, data: hfkit.Tagged, *, window: int) -> TaggedTask:
    tokenizer = open_tokenizer(TorchBackend(), resolve(folder, offline=True), RUNTIME)
    return TaggedTask(data, tokenizer, window=window, reads_types=False)


def reference(folder: Path) -> Any:
    from transformers import AutoTokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return AutoTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_ids_and_labels_are_those_of_transformers(tmp_path: Path, family: TinyFamily) -> None:
    """``is_split_into_words`` with ``word_ids()``: the first token of each word has its tag."""
    folder = write_tiny_tagger(tmp_path, family=family, limit=512)
    if family == "roberta":
        config = json.loads((folder / "tokenizer_config.json").read_text())
        (folder / "tokenizer_config.json").write_text(json.dumps({**config, "add_prefix_space": True}))
    rows = [row for row in sentences(12) if len(row["tokens"]) < LONG]  # type: ignore[arg-type]
    rows += [
        {"tokens": ["Unhappily", ",", "J.-P.", "won't", "é", "世界"], "ner_tags": ["O", "O", *["B-x"] * 4]}
    ]
    data = hfkit.Tagged(train=rows)
    numbers = {name: number for number, name in enumerate(data.tag_names())}
    tokenizer = reference(folder)
    for row, example in zip(rows, task(folder, data, window=512).examples(data.train).examples, strict=True):
        expected = tokenizer(row["tokens"], is_split_into_words=True)
        assert example.ids.tolist() == expected["input_ids"]
        labels, before = [], None
        for word in expected.word_ids():
            fresh = word is not None and word != before
            labels.append(numbers[row["ner_tags"][word]] if fresh else IGNORED)  # type: ignore[index]
            before = word
        assert example.labels["labels"].tolist() == labels


def test_each_word_of_a_long_text_counts_once(base: Path) -> None:
    row = sentences(1, start=5)[0]
    words, tags = row["tokens"], row["ner_tags"]
    assert isinstance(words, list)
    assert isinstance(tags, list)
    data = hfkit.Tagged(train=[row])
    found = task(base, data, window=16).examples(data.train).examples
    assert len(found) > 5
    assert all(len(example.ids) <= 16 for example in found)
    counted = [example.labels["labels"][example.labels["labels"] != IGNORED] for example in found]
    assert all(len(labels) for labels in counted)
    names = data.tag_names()
    assert [names[number] for number in np.concatenate(counted)] == tags


@pytest.mark.parametrize(
    "method",
    [hfkit.Full(), hfkit.Lora(rank=8), hfkit.Lora(rank=8, merge=True)],
    ids=["full", "lora", "merged"],
)
def test_a_tuned_model_is_evaluated_by_its_folder(
    tune: hfkit.Tune, data: hfkit.Tagged, tmp_path: Path, method: hfkit.Full | hfkit.Lora
) -> None:
    if isinstance(method, hfkit.Lora):
        tune = tune.with_(method=method, learning_rate=2e-2)
    report = tune(data, tmp_path / "out")
    assert report.plan.examples > len(data.train)
    assert report.plan.cut == 0
    assert report.goal == "f1"
    assert report.best is not None
    evaluated = hfkit.Evaluate(tmp_path / "out", split="validation", runtime=RUNTIME)(data)
    assert evaluated.scores.averages.micro.f1.value == pytest.approx(report.best.figure("f1"))
    assert evaluated.scores.accuracy.value == pytest.approx(report.best.figure("accuracy"))
    least = report.states[0].figure("f1") if isinstance(method, hfkit.Lora) else 0.8
    assert report.best.figure("f1") > least
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert list(config["id2label"].values()) == ["B-person", "B-place", "I-person", "I-place", "O"]


def test_tags_that_mark_no_entities(base: Path, tmp_path: Path) -> None:
    rows = [
        {"words": ["the", str(n), "was", "the"][n % 2 :], "pos": [0, 1, 2, 0][n % 2 :]} for n in range(12)
    ]
    data = hfkit.Tagged(
        train=rows[:8], validation=rows[8:], words="words", tags="pos", names=("DET", "NUM", "VERB")
    )
    tune = hfkit.Tune(base, epochs=4, batch_size=4, learning_rate=5e-3, runtime=RUNTIME)
    report = tune.with_(class_weights="balanced", label_smoothing=0.1)(data, tmp_path / "out")
    assert report.goal == "accuracy"
    assert [name for name, _ in report.states[0].figures] == ["accuracy"]
    evaluated = hfkit.Evaluate(tmp_path / "out", split="validation", runtime=RUNTIME)(data)
    assert report.best is not None
    assert evaluated.scores.accuracy.value == pytest.approx(report.best.figure("accuracy"))


def test_a_step_has_the_loss_of_transformers(base: Path) -> None:
    import torch
    from transformers import AutoModelForTokenClassification

    from hfkit.jobs.tuning.batches import Collate

    data = hfkit.Tagged(train=sentences(8))
    own = task(base, data, window=64)
    batch = Collate(pad_id=0, labels="tokens")(own.examples(data.train).examples)
    model = AutoModelForTokenClassification.from_pretrained(base, num_labels=5, ignore_mismatched_sizes=True)
    model.eval()
    labels = batch.pop("labels")
    with torch.no_grad():
        expected = model(**batch, labels=labels).loss
        found = own.loss(hfkit.Tune(base), data.train)(model(**batch), labels) / int(
            (labels != IGNORED).sum()
        )
    assert float(found) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"tokens": ["a", "b"], "ner_tags": ["O"]},
            r"row 1 cannot be learned from: .*uneven_tags 2 words and 1 tags",
        ),
        ({"tokens": ["a", " "], "ner_tags": ["O", "O"]}, r"row 1 .* empty_word word 1 is ' '"),
        ({"tokens": ["a"], "ner_tags": ["I-person"]}, r"row 1 .* broken_tags 'I-person' at word 0"),
        ({"tokens": ["a"], "ner_tags": ["B-animal"]}, r"row 1 .* unknown_label 'B-animal'"),
        ({"tokens": ["\u0000"], "ner_tags": ["O"]}, r"row 1 cannot be learned from: input 1 gives no tokens"),
    ],
)
def test_rows_that_nothing_can_be_learned_from(
    tune: hfkit.Tune, tmp_path: Path, row: dict[str, object], message: str
) -> None:
    rows = [{"tokens": ["ann"], "ner_tags": ["B-person"]}, row]
    data = hfkit.Tagged(train=rows, names=("O", "B-person", "I-person"))
    with pytest.raises(errors.DataError, match=message):
        tune(data, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_tag_that_training_lacks_is_named(tune: hfkit.Tune, tmp_path: Path) -> None:
    data = hfkit.Tagged(train=sentences(4), validation=[{"tokens": ["a"], "ner_tags": ["B-animal"]}])
    with pytest.raises(errors.DataError, match=r"row 0 .*: tag 'B-animal' is none of B-person, B-place"):
        tune(data, tmp_path / "out")


def test_a_word_without_a_token_needs_something_outside(tune: hfkit.Tune, tmp_path: Path) -> None:
    rows = [{"tokens": ["old", "\u200b"], "ner_tags": ["ADJ", "SYM"]}]
    with pytest.raises(errors.DataError, match=r"row 0 .*: word 1 gives no token, and there is no tag 'O'"):
        tune(hfkit.Tagged(train=rows), tmp_path / "out")


def test_tags_that_cannot_be_scored_are_refused(tune: hfkit.Tune) -> None:
    with pytest.raises(errors.InputError, match=r"tags\[1\] is 'verb', must be O or begin with"):
        tune.plan(hfkit.Tagged(train=[{"tokens": ["a"], "ner_tags": ["O"]}], names=("B-x", "verb", "O")))
