"""The reference that is not ours: direct transformers calls on the same model, one text at a time."""

from __future__ import annotations

import itertools
import json
import random
from typing import TYPE_CHECKING, Any, get_args

import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BartConfig,
    BartForSequenceClassification,
)

import hfkit
from hfkit.testing import TinyFamily, write_tiny_classifier
from hfkit.testing.tokenizers import write_byte_pairs

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


def _rewrite(file: Path, **changes: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_a_decoder_without_padding_token_scores_as_one_by_one(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "gpt2", family="gpt2", limit=512)
    texts: list[str | hfkit.Pair] = [
        "good",
        "a bad movie",
        "ends in its own end<|endoftext|>",
        "the story " * 9,
    ]
    _assert_same(hfkit.Classify(folder).batch(texts), _direct(folder, texts, "softmax"))


def test_a_tokenizer_that_gives_no_types_gives_none_here(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "bert", limit=512)
    _rewrite(folder / "tokenizer_config.json", model_input_names=["input_ids", "attention_mask"])
    pairs: list[str | hfkit.Pair] = [hfkit.Pair("a good movie", "bad"), hfkit.Pair("no", "the plot was dull")]
    _assert_same(hfkit.Classify(folder).batch(pairs), _direct(folder, pairs, "softmax"))


def test_a_model_that_pools_at_its_end_token_takes_any_mixture(tmp_path: Path) -> None:
    folder = tmp_path / "bart"
    size = write_byte_pairs(folder)
    config = BartConfig(
        vocab_size=size, d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128,
        bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2,
    )  # fmt: skip
    config.num_labels = 3
    torch.manual_seed(0)
    BartForSequenceClassification(config).save_pretrained(folder)
    inputs: list[str | hfkit.Pair] = [
        "good",
        hfkit.Pair("a movie", "bad"),
        "ends</s> twice",
        "the story was old",
    ]
    _assert_same(hfkit.Classify(folder).batch(inputs), _direct(folder, inputs, "softmax"))
