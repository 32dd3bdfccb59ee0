"""Tune goes on with an adapter: the same small matrices over the same base, or a whole model from both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from safetensors.numpy import load_file

import hfkit
from hfkit import errors
from hfkit.testing import write_tiny_classifier

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")
TEXTS = [f"a {word} film" for word in ("good", "bad", "warm", "cold", "odd")]


def reviews(labels: tuple[str, str] = ("hated", "liked")) -> hfkit.Labelled:
    words = ("bad", "good", "cold", "warm")
    rows = [{"text": f"a {words[n % 4]} film number {n}", "label": labels[n % 2]} for n in range(32)]
    return hfkit.Labelled(train=rows)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "adapter"
    method = hfkit.Lora(rank=4, alpha=12)
    hfkit.Tune(base, method=method, steps=8, learning_rate=2e-2, runtime=RUNTIME)(reviews(), folder)
    return folder


def going_on(adapter: Path, method: hfkit.Lora | hfkit.Full, rate: float) -> hfkit.Tune:
    return hfkit.Tune(adapter, method=method, steps=2, learning_rate=rate, warmup=0.0, runtime=RUNTIME)


def scores(folder: Path) -> np.ndarray:
    found = hfkit.Classify(folder, runtime=RUNTIME).batch(TEXTS)
    return np.array(
        [[each.score for each in sorted(one.scores, key=lambda each: each.label)] for one in found]
    )


def weights(folder: Path) -> Mapping[str, np.ndarray]:
    (file,) = folder.glob("*model.safetensors")
    return load_file(file)


@pytest.mark.parametrize("method", [hfkit.Lora(rank=4), hfkit.Lora(rank=4, merge=True), hfkit.Full()])
def test_it_begins_where_the_adapter_ended(
    adapter: Path, method: hfkit.Lora | hfkit.Full, tmp_path: Path
) -> None:
    going_on(adapter, method, 1e-12)(reviews(), tmp_path / "next")
    assert scores(tmp_path / "next") == pytest.approx(scores(adapter), abs=1e-5)


def test_what_goes_on_is_an_adapter_of_the_same_base(base: Path, adapter: Path, tmp_path: Path) -> None:
    plan = going_on(adapter, hfkit.Lora(rank=4), 1e-2).plan(reviews())
    assert plan.new == ()
    going_on(adapter, hfkit.Lora(rank=4), 1e-2)(reviews(), tmp_path / "next")
    config = json.loads((tmp_path / "next" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(base)
    assert (config["r"], config["lora_alpha"]) == (4, 12)
    before, after = weights(adapter), weights(tmp_path / "next")
    assert before.keys() == after.keys()
    assert all((before[name] != after[name]).any() for name in before)
    # And the next may go on with that.
    going_on(tmp_path / "next", hfkit.Lora(rank=4, alpha=12), 1e-2)(reviews(), tmp_path / "third")


def test_all_weights_go_on_from_both(base: Path, adapter: Path, tmp_path: Path) -> None:
    going_on(adapter, hfkit.Full(), 1e-2)(reviews(), tmp_path / "whole")
    assert not (tmp_path / "whole" / "adapter_config.json").exists()
    before, after = weights(base), weights(tmp_path / "whole")
    table = "bert.embeddings.word_embeddings.weight"
    assert (before[table] != after[table]).any()


@pytest.mark.parametrize(
    ("method", "named"),
    [
        (hfkit.Lora(rank=8), "rank is 8, that of the adapter"),
        (hfkit.Lora(rank=4, alpha=4), "alpha is 4"),
        (hfkit.Lora(rank=4, targets=("query",)), r"targets is \['query'\]"),
    ],
)
def test_other_matrices_are_refused(adapter: Path, method: hfkit.Lora, named: str) -> None:
    with pytest.raises(errors.SettingError, match=named) as caught:
        going_on(adapter, method, 1e-3).plan(reviews())
    assert "to go on with it" in str(caught.value.hint)


def test_other_labels_and_other_tasks_are_refused(adapter: Path) -> None:
    tune = going_on(adapter, hfkit.Lora(rank=4), 1e-3)
    with pytest.raises(errors.WrongHeadError, match="an adapter that tells hated, liked"):
        tune.plan(reviews(("no", "yes")))
    with pytest.raises(errors.WrongHeadError, match="an adapter of BertForSequenceClassification"):
        tune.plan(hfkit.Texts(train=[{"text": text} for text in TEXTS]))
