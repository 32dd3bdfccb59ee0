"""Tune from nothing: an architecture is a base like any other, and what it becomes opens everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    set_seed,
)

import hfkit
from hfkit import errors
from hfkit.backends.torch.tasks import CAUSAL_WRITING, ENCODED_WRITING, SEQUENCE_CLASSIFICATION
from hfkit.jobs.tuning.bases import open_base
from hfkit.jobs.tuning.new_bases import new_base
from hfkit.jobs.tuning.results import copy_tokenizer, write_model
from hfkit.values.architecture import Family

if TYPE_CHECKING:
    from collections.abc import Callable

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")
LABELS = {"id2label": {0: "hated", 1: "liked"}, "label2id": {"hated": 0, "liked": 1}}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def reviews(count: int, *, start: int = 0) -> list[dict[str, object]]:
    good, bad = ["good", "fine", "warm", "clever"], ["bad", "dull", "cold", "silly"]
    return [
        {
            "text": f"a {(good if number % 2 else bad)[number // 2 % 4]} film "
            + "with words " * (number % 9)
            + str(number),
            "label": "liked" if number % 2 else "hated",
        }
        for number in range(start, start + count)
    ]


@pytest.fixture(scope="module")
def data() -> hfkit.Labelled:
    return hfkit.Labelled(train=reviews(64), validation=reviews(16, start=100))


def architecture(family: Family, **changes: Any) -> hfkit.Architecture:
    sizes = {"layers": 2, "hidden": 32, "heads": 2, "vocabulary": 400, "max_tokens": 64}
    return hfkit.Architecture(family=family, **(sizes | changes))


def tune(family: Family = "bert", **changes: Any) -> hfkit.Tune:
    settings: dict[str, Any] = {"epochs": 4, "batch_size": 8, "learning_rate": 5e-3, "runtime": RUNTIME}
    return hfkit.Tune(architecture(family), **(settings | changes))


def test_a_model_learns_from_nothing(data: hfkit.Labelled, tmp_path: Path) -> None:
    report = tune(epochs=6)(data, tmp_path / "out")
    assert report.best is not None
    evaluated = hfkit.Evaluate(tmp_path / "out", split="validation", runtime=RUNTIME)(data)
    assert evaluated.accuracy.value == pytest.approx(report.best.figure("accuracy"))
    assert evaluated.accuracy.value > 0.9


@pytest.mark.parametrize("family", get_args(Family))
def test_every_family_opens_here_and_in_transformers(
    family: Family, data: hfkit.Labelled, tmp_path: Path
) -> None:
    """Both say the same of texts, one of them longer than the model reads."""
    tune(family, steps=3)(data, tmp_path / "out")
    texts = ["a good film", "a dull film with other words", "film " * 99]
    tokenizer: Any = AutoTokenizer.from_pretrained(tmp_path / "out")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "out").eval()
    classify = hfkit.Classify(tmp_path / "out", top_k=None, overflow="truncate", runtime=RUNTIME)
    tokens = hfkit.Tokenize(tmp_path / "out")
    for text, result in zip(texts, classify.batch(texts), strict=True):
        given = tokenizer(text, truncation=True, return_tensors="pt")
        if len(given["input_ids"][0]) < 64:
            assert list(tokens(text).ids) == given["input_ids"][0].tolist()
        with torch.inference_mode():
            expected = model(**given).logits[0].softmax(-1)
        for score in result.scores:
            assert score.score == pytest.approx(float(expected[model.config.label2id[score.label]]), abs=1e-5)


@pytest.mark.parametrize("family", ["distilbert", "gpt2", "bart"])
def test_questions(family: Family, tmp_path: Path) -> None:
    rows = [
        {
            "question": f"when was {who} born ?",
            "context": f"it is far . {who} was born in {year} . " * (1 + year % 4),
            "answers": {"text": [str(year)], "answer_start": [12 + len(who) + 13]},
        }
        for who, year in zip(["anna", "ben", "carl", "dora"] * 8, range(1900, 1932), strict=True)
    ]
    report = tune(family, steps=20)(hfkit.Squad(train=rows), tmp_path / "out")
    assert report.losses[-1][1] < report.losses[0][1]
    answer = hfkit.Answer(tmp_path / "out", overlap=20, max_answer_tokens=20, runtime=RUNTIME)
    context = "ben was born in 1914 ."
    assert answer(hfkit.Question("when was ben born ?", context)).text in context


@pytest.mark.parametrize("family", ["bert", "modernbert", "gpt2", "t5"])
def test_words_with_tags(family: Family, tmp_path: Path) -> None:
    rows = [
        {"tokens": [who, *rest], "ner_tags": [tag, *["O"] * len(rest)]}
        for who, tag in [("anna", "B-person"), ("ben", "B-person"), ("bonn", "B-place"), ("it", "O")] * 4
        for rest in (["was", "here"], ["is", "there", "again"])
    ]
    tune(family, epochs=12)(hfkit.Tagged(train=rows), tmp_path / "out")
    evaluated = hfkit.Evaluate(tmp_path / "out", split="train", runtime=RUNTIME)(hfkit.Tagged(train=rows))
    assert evaluated.f1.value > 0.9


@pytest.mark.parametrize("family", ["t5", "bart"])
def test_pairs_of_texts(family: Family, tmp_path: Path) -> None:
    words = {"one": "eins", "two": "zwei", "three": "drei", "four": "vier"}
    rows = [{"source": f"{word} !", "target": f"{other} !"} for word, other in words.items()] * 8
    report = tune(family, epochs=20)(hfkit.Parallel(train=rows), tmp_path / "out")
    assert report.losses[-1][1] < 0.5 * report.losses[0][1]
    generate = hfkit.Generate(tmp_path / "out", max_new_tokens=8, runtime=RUNTIME)
    said = {text.text for text in generate.batch([f"{word} !" for word in words])}
    assert said <= {f"{other} !" for other in words.values()}


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen3"])
def test_texts_to_go_on_from(family: Family, tmp_path: Path) -> None:
    rows = [{"text": f"the {color} house is {color} ."} for color in ("red", "green", "blue", "old")] * 8
    data = hfkit.Texts(train=rows, validation=rows[:4])
    report = tune(family, epochs=12)(data, tmp_path / "out")
    assert report.states[-1].figure("loss") < 0.3 * report.states[0].figure("loss")
    generate = hfkit.Generate(tmp_path / "out", max_new_tokens=4, runtime=RUNTIME)
    assert generate("the green house").text.startswith(" is")


@pytest.mark.parametrize("family", ["bert", "distilbert", "electra", "roberta", "modernbert"])
def test_texts_with_gaps(family: Family, tmp_path: Path) -> None:
    rows = [{"text": f"the {color} house is {color} ."} for color in ("red", "green", "blue", "old")] * 8
    report = tune(family, epochs=3)(hfkit.Texts(train=rows, validation=rows[:4]), tmp_path / "out")
    assert report.states[-1].figure("loss") < report.states[0].figure("loss")
    labelled = hfkit.Labelled(train=reviews(16))
    further = hfkit.Tune(tmp_path / "out", steps=2, batch_size=8, runtime=RUNTIME).plan(labelled)
    assert 0 < len(further.new) < 6  # the head alone, and what stands between it and the body


def test_a_family_that_cannot_learn_from_the_data_is_refused(tmp_path: Path) -> None:
    data = hfkit.Tagged(train=[{"tokens": ["anna", "was"], "ner_tags": ["B-person", "O"]}])
    with pytest.raises(errors.WrongHeadError, match="has no head for token classification") as caught:
        tune("bart")(data, tmp_path / "out")
    assert "bert, distilbert" in caught.value.hint
    assert not (tmp_path / "out").exists()


def test_its_weights_are_those_that_transformers_draws(data: hfkit.Labelled) -> None:
    folder = new_base(architecture("bert"), data)
    base = open_base(folder, RUNTIME, SEQUENCE_CLASSIFICATION, LABELS, seed=5)
    set_seed(5)
    expected = AutoModelForSequenceClassification.from_config(base.model.config)  # type: ignore[no-untyped-call]
    assert base.new == tuple(sorted(base.model.state_dict()))
    for name, weight in base.model.state_dict().items():
        assert torch.equal(weight, expected.state_dict()[name]), name
    other = open_base(folder, RUNTIME, SEQUENCE_CLASSIFICATION, LABELS, seed=6).model.state_dict()
    assert not torch.equal(other["classifier.weight"], expected.state_dict()["classifier.weight"])


def test_a_run_is_the_same_from_the_beginning_and_from_the_middle(
    data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte by byte, also where the cache was lost meanwhile."""
    from hfkit.jobs.tuning.losses import ClassLoss

    whole = tune(evaluate_every=4)(data, tmp_path / "whole")
    original: Callable[..., torch.Tensor] = ClassLoss.__call__
    calls = [0]

    def breaks(self: ClassLoss, *args: object) -> torch.Tensor:
        calls[0] += 1
        if calls[0] > 3 + 12:  # 3 are measured
            raise KeyboardInterrupt
        return original(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(ClassLoss, "__call__", breaks)
        with pytest.raises(KeyboardInterrupt):
            tune(evaluate_every=4)(data, tmp_path / "again")
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "another"))
    again = tune(evaluate_every=4)(data, tmp_path / "again")
    assert again.resumed == 12
    assert again.states == whole.states
    for name in ("model.safetensors", "tokenizer.json", "tokenizer_config.json", "config.json"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_a_plan_and_a_report_name_the_architecture(data: hfkit.Labelled, tmp_path: Path, cache: Path) -> None:
    plan = tune().plan(data)
    assert list(tmp_path.iterdir()) == [cache]
    assert plan.base == plan.check.model == repr(architecture("bert"))
    assert plan.trainable == plan.parameters
    assert len(plan.new) > 30
    assert f"new       {len(plan.new)} weights" in str(plan)
    size = len(hfkit.Tokenize(next((cache / "architectures").iterdir())).vocabulary)
    assert plan.notes == (
        f"all weights are drawn by chance, and {size:,} tokens were learned from the training texts",
    )
    report = tune(steps=2)(data, tmp_path / "out")
    written = json.loads((tmp_path / "out" / "training.json").read_text())
    assert repr(architecture("bert")) in report.settings
    assert (written["plan"]["base"], written["settings"]) == (plan.base, report.settings)
    assert not (tmp_path / "out" / "architecture.json").exists()


def test_another_architecture_is_another_run(
    data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hfkit.jobs.tuning.running.write_model", stops)
        with pytest.raises(KeyboardInterrupt):
            tune(steps=2)(data, tmp_path / "out")
    with pytest.raises(errors.OutputError, match="another run, which differs in base, settings"):
        tune(steps=2).with_(base=architecture("bert", layers=1))(data, tmp_path / "out")


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen3", "t5", "bart"])
def test_what_writes_is_opened_by_generate(family: Family, data: hfkit.Labelled, tmp_path: Path) -> None:
    folder = new_base(architecture(family), data)
    head = ENCODED_WRITING if family in ("t5", "bart") else CAUSAL_WRITING
    base = open_base(folder, RUNTIME, head, {}, seed=0)
    write_model(base.model, hfkit.Full(), tmp_path / "out")
    copy_tokenizer(folder, tmp_path / "out")
    tokenizer: Any = AutoTokenizer.from_pretrained(tmp_path / "out")
    given = tokenizer("a good", return_tensors="pt")
    model: Any = base.model
    written = model.eval().generate(**given, max_new_tokens=8, do_sample=False)[0]
    own = written if head is ENCODED_WRITING else written[given["input_ids"].shape[1] :]
    generate = hfkit.Generate(tmp_path / "out", max_new_tokens=8, runtime=RUNTIME)
    assert generate("a good").text == tokenizer.decode(own, skip_special_tokens=True)


def test_two_processes_make_one_base_and_the_same_steps(data: hfkit.Labelled, tmp_path: Path) -> None:
    """Llama has no dropout, whose draws differ between processes."""
    alone = tune("llama", steps=4, precision="float32")
    alone(data, tmp_path / "one")
    alone.with_(processes=2)(data, tmp_path / "two")
    one, two = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    assert max(float(np.abs(one[name] - two[name]).max()) for name in one) < 1e-5
    names = [path.name for path in (tmp_path / "cache" / "architectures").iterdir()]
    assert len(names) == 1


def test_a_family_without_the_head_is_refused(data: hfkit.Labelled) -> None:
    folder = new_base(architecture("distilbert"), data)
    with pytest.raises(errors.WrongHeadError) as caught:
        open_base(folder, RUNTIME, CAUSAL_WRITING, {}, seed=0)
    assert caught.value.message == f"{architecture('distilbert')!r} has no head for text generation"
    assert caught.value.hint.startswith("families that have one: bert, ")
    assert "gpt2" in caught.value.hint
    assert "distilbert" not in caught.value.hint.replace("distilbert ", "")
