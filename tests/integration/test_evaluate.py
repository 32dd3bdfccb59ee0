"""Evaluate with real models: tiny ones of real architectures, and the starters."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from seqeval.metrics.sequence_labeling import f1_score as seqeval_f1
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, log_loss
from transformers import AutoModelForCausalLM, AutoModelForTokenClassification, AutoTokenizer

import hfkit
from hfkit.testing import write_tiny_tagger, write_tiny_translator, write_tiny_writer

OFFLINE = hfkit.Runtime(offline=True, progress="never")
QUICK = hfkit.Bootstrap(resamples=50)
TEXTS = [
    "The cat sat on the mat.",
    "Nobody came.",
    "A lighthouse stands on the northern point, and its lamp can be seen from far away. " * 4,
    "naïve ﬁancés: Привет!",
]


def loss_by_transformers(folder: Path, texts: list[str], *, window: int, stride: int) -> tuple[float, int]:
    """The sliding window of transformers' documentation, over each text."""
    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    total, tokens = 0.0, 0
    for text in texts:
        ids = torch.tensor([tokenizer(text)["input_ids"]])
        length, before = ids.shape[1], 0
        for start in range(0, length, stride):
            end = min(start + window, length)
            labels = ids[:, start:end].clone()
            labels[:, : labels.shape[1] - (end - before)] = -100
            counted = int((labels[:, 1:] != -100).sum())
            if counted:
                with torch.no_grad():
                    total += float(model(ids[:, start:end], labels=labels).loss) * counted
                tokens += counted
            before = end
            if end == length:
                break
    return total, tokens


@pytest.mark.parametrize("family", ["gpt2", "llama"])
@pytest.mark.parametrize(("window", "stride"), [(64, 32), (16, 5)])
def test_perplexity_is_that_of_transformers(family: Any, window: int, stride: int, tmp_path: Path) -> None:
    folder = write_tiny_writer(tmp_path / "model", family=family)
    rows = [{"text": text} for text in TEXTS]
    report = hfkit.Evaluate(folder, window=window, stride=stride, bootstrap=QUICK, runtime=OFFLINE)(
        hfkit.Texts(train=rows, test=rows)
    )
    total, tokens = loss_by_transformers(folder, TEXTS, window=window, stride=stride)
    assert report.scores.tokens == tokens
    assert report.scores.loss.value == pytest.approx(total / tokens, rel=1e-5)
    assert report.perplexity.value == pytest.approx(math.exp(total / tokens), rel=1e-4)


def test_a_model_that_encodes_foresees_nothing(tmp_path: Path) -> None:
    folder = write_tiny_writer(tmp_path / "model", family="t5")
    rows = [{"text": "a text"}]
    with pytest.raises(
        hfkit.errors.SettingError, match="encodes a text and writes another: it foresees none"
    ):
        hfkit.Evaluate(folder, runtime=OFFLINE)(hfkit.Texts(train=rows, test=rows))


def test_a_translator_on_parallel_texts(tmp_path: Path) -> None:
    translate = hfkit.Translate(
        write_tiny_translator(tmp_path / "model"),
        source="en",
        target="de",
        max_new_tokens=16,
        runtime=OFFLINE,
    )
    rows = [{"source": text, "target": translate(text).text} for text in TEXTS[:2]]
    report = hfkit.Evaluate(translate, bootstrap=QUICK)(hfkit.Parallel(train=rows, test=rows))
    assert report.mistakes == ()
    assert report.chrf.value == pytest.approx(100)


def test_the_starter_classifier_has_the_figures_of_scikit_learn(reviews: list[dict[str, str]]) -> None:
    rows = reviews[:120]
    report = hfkit.Evaluate(bootstrap=QUICK, runtime=OFFLINE)(hfkit.Labelled(train=rows, test=rows))
    results = hfkit.Classify(runtime=OFFLINE).batch([row["text"] for row in rows])
    said = [result.label for result in results]
    expected = [row["label"] for row in rows]
    labels = sorted(set(expected))
    table = np.array([[result.score_of(label) for label in labels] for result in results]).astype(np.float32)
    assert report.accuracy.value == pytest.approx(accuracy_score(expected, said))
    assert report.macro_f1.value == pytest.approx(f1_score(expected, said, average="macro"))
    assert report.calibration is not None
    assert report.calibration.log_loss.value == pytest.approx(
        log_loss(expected, table, labels=labels), rel=1e-5
    )
    brier = brier_score_loss(expected, table, labels=labels, scale_by_half=False)
    assert report.calibration.brier.value == pytest.approx(brier, rel=1e-5)
    assert report.accuracy.value > 0.75
    wrong = [row for row, (one, other) in enumerate(zip(said, expected, strict=True)) if one != other]
    assert [mistake.row for mistake in report.mistakes] == wrong


def test_the_starter_reader_answers() -> None:
    context = "The lighthouse was built in 1871 by Anna Berg. It is 34 metres high."
    rows = [
        {
            "question": "When was it built?",
            "context": context,
            "answers": {"text": ["1871"], "answer_start": [28]},
        },
        {
            "question": "Who built it?",
            "context": context,
            "answers": {"text": ["Anna Berg"], "answer_start": [36]},
        },
    ]
    report = hfkit.Evaluate(bootstrap=QUICK, runtime=OFFLINE)(hfkit.Squad(train=rows, test=rows))
    assert report.exact_match.value == 100.0
    assert report.mistakes == ()


WORDS = [
    ["Ada", "Lovelace", "wrote", "it", "in", "London", "."],
    ["the", "unhappily", "dull", "story"],
    ["naïve", "ﬁancés"],
    ["good", "unhappily"] * 6,
]


@pytest.mark.parametrize("family", ["bert", "xlm-roberta", "distilbert", "electra"])
def test_tags_are_those_of_transformers(family: Any, tmp_path: Path) -> None:
    folder = write_tiny_tagger(tmp_path / "model", family=family, limit=128)
    model: Any = AutoModelForTokenClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    expected = []
    for words in WORDS:
        encoded = tokenizer(words, is_split_into_words=True, return_tensors="pt")
        with torch.no_grad():
            best = model(**encoded).logits[0].argmax(dim=-1).tolist()
        of_words = encoded.word_ids()
        firsts = [of_words.index(word) for word in range(len(words))]
        expected.append([model.config.id2label[best[token]] for token in firsts])
    rows = [{"tokens": words, "ner_tags": tags} for words, tags in zip(WORDS, expected, strict=True)]
    rows[1]["ner_tags"] = ["O"] * 4
    report = hfkit.Evaluate(folder, bootstrap=QUICK, runtime=OFFLINE)(hfkit.Tagged(train=rows, test=rows))
    wanted = [row["ner_tags"] for row in rows]
    assert report.f1.value == pytest.approx(seqeval_f1(wanted, expected))
    hits = [
        one == other for row in zip(expected, wanted, strict=True) for one, other in zip(*row, strict=True)
    ]
    assert report.scores.accuracy.value == pytest.approx(np.mean(hits))
    assert {wrong.row for wrong in report.mistakes} <= {1}
