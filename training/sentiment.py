"""The sentiment starter: a LoRA adapter over all-MiniLM-L6-v2, taught with film reviews and tweets.

Two full fine-tunes are averaged and pressed into an adapter, which then learns for one more epoch.
The settings were chosen on the validation split; the test split is read once, by the adapter that was
written.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from adapter import check_merges_agree, load_merged, load_with_peft, write_adapter, write_config
from card import write_card
from classifying import (
    EMBEDDING_RANK,
    LAST,
    MAX_TOKENS,
    RANK,
    adapter_config,
    averaged,
    encoded,
    untrained,
)
from hfkit.starter.catalog import SENTIMENT
from pressing import pressed
from reviews import LABELS, Example, only, read_reviews, read_tweets
from scoring import Floats, Labels, Scores, best_temperature, probabilities, score
from tuning import tune

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from transformers import PreTrainedTokenizerBase

_LOG = logging.getLogger(__name__)

# Sentences outside what the model was taught, or hard for it: the card shows what it says of each.
_PROBES = (
    "A moving, beautifully acted film.",
    "A dull mess from start to finish.",
    "Not bad at all.",
    "I did not like it.",
    "It is not the disaster I expected.",
    "I would not say that it was good.",
    "The acting is great but the story is a bore.",
    "The story is a bore but the acting is great.",
    "The film lasts two hours.",
    "The train leaves at nine.",
    "Oh great, another sequel nobody asked for.",
    "Der Film ist wunderbar.",
)


def build(data: Path, base: Path, output: Path) -> None:
    """Choose the temperature, train the adapter, write it and its card."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    reviews, tweets = read_reviews(data), read_tweets(data)
    held_out = only("validation", reviews)

    examples = [*only("train", reviews), *tweets]
    with tempfile.TemporaryDirectory() as scratch:
        soup = averaged(base, examples, Path(scratch))
    adapter = pressed(untrained(base), soup, adapter_config())
    tune(adapter, encoded(examples, tokenizer), tokenizer, LAST)
    temperature = best_temperature(*_predict(adapter, held_out, tokenizer))

    output.mkdir(parents=True, exist_ok=True)
    write_adapter(adapter, output, head="classifier", temperature=temperature)
    write_config(_config(base), output)
    merged = load_merged(BertForSequenceClassification, SENTIMENT, base, output)
    probes, _ = _predict(merged, _asked(), tokenizer)
    theirs, _ = _predict(load_with_peft(BertForSequenceClassification, base, output), _asked(), tokenizer)
    _LOG.info("the two merges lie %.1e apart", check_merges_agree(probes, theirs))

    validation = score(*_predict(merged, held_out, tokenizer))
    _LOG.info("validation %s at temperature %.2f", validation, temperature)
    test = score(*_predict(merged, only("test", reviews), tokenizer))
    _LOG.info("test %s", test)
    write_card(output, "sentiment", _figures(validation, test, temperature, probes))


def _predict(
    model: torch.nn.Module, examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase
) -> tuple[Floats, Labels]:
    """Compute the logits of examples, beside their labels."""
    model.eval()
    parts = []
    with torch.inference_mode():
        for start in range(0, len(examples), 64):
            texts = [example.text for example in examples[start : start + 64]]
            batch = tokenizer(texts, truncation=True, padding=True, max_length=128, return_tensors="pt")
            parts.append(model(**batch).logits.numpy())
    return np.concatenate(parts), np.array([example.label for example in examples])


def _asked() -> list[Example]:
    """Give the probes as examples; their labels are not read."""
    return [Example(text, 0) for text in _PROBES]


def _config(base: Path) -> BertConfig:
    """Describe the merged classifier."""
    return BertConfig.from_pretrained(
        base,
        architectures=["BertForSequenceClassification"],
        problem_type="single_label_classification",
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )


def _figures(validation: Scores, test: Scores, temperature: float, probes: Floats) -> dict[str, str | int]:
    """Name what the card states."""
    return {
        "accuracy": f"{test.accuracy:.4f}",
        "f1": f"{test.macro_f1:.4f}",
        "percent": f"{test.accuracy:.1%}",
        "low": f"{test.low:.1%}",
        "high": f"{test.high:.1%}",
        "ece": f"{test.ece:.3f}",
        "n": test.n,
        "validation_percent": f"{validation.accuracy:.1%}",
        "validation_n": validation.n,
        "temperature": f"{temperature:.2f}",
        "validation_f1": f"{validation.macro_f1:.4f}",
        "validation_ece": f"{validation.ece:.3f}",
        "rank": RANK,
        "embedding_rank": EMBEDDING_RANK,
        "max_tokens": MAX_TOKENS,
        "probes": "\n".join(_rows(probes)),
    }


def _rows(logits: Floats) -> Iterable[str]:
    """Lay the probes out as rows of a table."""
    for text, (_, positive) in zip(_PROBES, probabilities(logits), strict=True):
        yield f"| {text} | {positive:.2f} |"
