"""The reference that is not ours: direct transformers calls on the same model, one text at a time."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any, get_args

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import hfkit
from hfkit.testing import TinyFamily, write_tiny_classifier

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.text.labels import Problem


def _direct(folder: Path, inputs: list[str | hfkit.Pair], activation: str) -> list[dict[str, float]]:
    """Score each input alone, as the model card of any classifier shows it."""
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    answers = []
    for item in inputs:
        texts = (item.first, item.second) if isinstance(item, hfkit.Pair) else (item,)
        with torch.inference_mode():
            logits = model(**tokenizer(*texts, return_tensors="pt")).logits[0]
        match activation:
            case "softmax":
                scores = logits.softmax(-1)
            case "sigmoid":
                scores = logits.sigmoid()
            case _:
                scores = logits
        answers.append({model.config.id2label[i]: score for i, score in enumerate(scores.tolist())})
    return answers


def _assert_same(results: hfkit.Batch[hfkit.Classification], expected: list[dict[str, float]]) -> None:
    for result, answer in zip(results, expected, strict=True):
        assert {entry.label: entry.score for entry in result.scores} == pytest.approx(answer, abs=1e-5)
        assert result.label == max(answer, key=lambda label: answer[label])


@pytest.mark.parametrize("family", get_args(TinyFamily))
def test_every_family_scores_as_transformers_in_any_order_and_batch(
    family: TinyFamily, sample_texts: list[str], tmp_path: Path
) -> None:
    folder = write_tiny_classifier(tmp_path / family, family=family, limit=512)
    texts: list[str | hfkit.Pair] = list(sample_texts)
    expected = dict(zip(texts, _direct(folder, texts, "softmax"), strict=True))
    for budget, seed in ((16, 1), (512, 2), (8192, 3)):
        random.Random(seed).shuffle(texts)
        with hfkit.Classify(folder, runtime=hfkit.Runtime(batch_tokens=budget)) as classify:
            _assert_same(classify.batch(texts), [expected[text] for text in texts])


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
def test_pairs_score_as_transformers(family: TinyFamily, sample_texts: list[str], tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / family, family=family, limit=512)
    pairs: list[str | hfkit.Pair] = [hfkit.Pair(a, b) for a, b in itertools.pairwise(sample_texts)]
    _assert_same(hfkit.Classify(folder).batch(pairs), _direct(folder, pairs, "softmax"))


@pytest.mark.parametrize(
    ("problem", "labels", "activation"),
    [
        ("multi_label_classification", ["a", "b", "c", "d"], "sigmoid"),
        ("regression", ["score"], "none"),
        ("single_label_classification", ["no", "yes"], "softmax"),
    ],
)
def test_the_problem_type_chooses_the_activation(
    problem: Problem, labels: list[str], activation: str, sample_texts: list[str], tmp_path: Path
) -> None:
    folder = write_tiny_classifier(tmp_path / "m", problem=problem, labels=labels, limit=512)
    texts: list[str | hfkit.Pair] = list(sample_texts[:10])
    _assert_same(hfkit.Classify(folder).batch(texts), _direct(folder, texts, activation))


def test_truncation_cuts_where_transformers_cuts(tiny_bert: Path) -> None:
    text, other = "a very good movie and a dull plot " * 30, "never the best story " * 30
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_bert)
    model: Any = AutoModelForSequenceClassification.from_pretrained(tiny_bert).eval()
    classify = hfkit.Classify(tiny_bert, overflow="truncate")
    for texts in ((text,), (text, "short"), ("short", text), (text, other)):
        with torch.inference_mode():
            encoded = tokenizer(*texts, truncation="longest_first", max_length=64, return_tensors="pt")
            scores = model(**encoded).logits[0].softmax(-1)
        result = classify(hfkit.Pair(*texts) if len(texts) == 2 else texts[0])
        assert not result.coverage.complete
        for number, score in enumerate(scores.tolist()):
            assert result.score_of(model.config.id2label[number]) == pytest.approx(score, abs=1e-5)
