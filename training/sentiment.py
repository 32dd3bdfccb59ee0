"""Rebuild hfkit's starter sentiment model: a LoRA adapter over all-MiniLM-L6-v2.

    python training/sentiment.py --data FOLDER --base FOLDER --output FOLDER

`--data` holds `sentence_polarity/train.csv` and `vader/tweets_GroundTruth.txt`, `--base` the files
of sentence-transformers/all-MiniLM-L6-v2. Two full fine-tunes are averaged and pressed into an
adapter, which then learns for one more epoch. The settings were chosen on the validation split; the
test split is read once, by the adapter that was written.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import transformers
from transformers import AutoTokenizer

from adapter import load_merged, load_with_peft, write_adapter, write_config
from card import PROBES, write_card
from data import LABELS, Example, only, read_reviews, read_tweets
from scoring import Floats, Labels, best_temperature, score
from tuning import averaged, pressed, tune

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerBase

_LOG = logging.getLogger("sentiment")

_MERGE_TOLERANCE = 1e-5
_LAST_SEED = 7
_LAST_SEED = 7  # of the adapter's own epoch; the members have 0 and 1


def predict(
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


def check_merges_agree(base: Path, folder: Path, tokenizer: PreTrainedTokenizerBase) -> float:
    """Return how far the logits of the two ways to merge lie apart, at most 1e-5."""
    probes = [Example(text, 0) for text in PROBES]
    ours, _ = predict(load_merged(base, folder), probes, tokenizer)
    theirs, _ = predict(load_with_peft(base, folder), probes, tokenizer)
    gap = float(np.abs(ours - theirs).max())
    if gap > _MERGE_TOLERANCE:
        raise ValueError(f"the two merges lie {gap:.1e} apart")
    return gap


def build(data: Path, base: Path, output: Path) -> None:
    """Choose the temperature, train the adapter, write it and its card."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    reviews, tweets = read_reviews(data), read_tweets(data)
    held_out = only("validation", reviews)

    examples = [*only("train", reviews), *tweets]
    with tempfile.TemporaryDirectory() as scratch:
        soup = averaged(base, examples, Path(scratch))
    adapter = pressed(base, soup)
    tune(adapter, examples, tokenizer, seed=_LAST_SEED, epochs=1, rate=2e-4)
    temperature = best_temperature(*predict(adapter, held_out, tokenizer))

    output.mkdir(parents=True, exist_ok=True)
    write_adapter(adapter, output, temperature=temperature)
    write_config(base, output, LABELS)
    _LOG.info("the two merges lie %.1e apart", check_merges_agree(base, output, tokenizer))

    merged = load_merged(base, output)
    validation = score(*predict(merged, held_out, tokenizer))
    _LOG.info("validation %s at temperature %.2f", validation, temperature)
    test = score(*predict(merged, only("test", reviews), tokenizer))
    _LOG.info("test %s", test)
    probes, _ = predict(merged, [Example(text, 0) for text in PROBES], tokenizer)
    write_card(output, validation=validation, test=test, temperature=temperature, probes=probes)


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Rebuild hfkit's starter sentiment model.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training texts")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the adapter to")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    # One thread, as in the members' processes: sums of another order would be other bits.
    torch.set_num_threads(1)
    build(arguments.data, arguments.base, arguments.output)


if __name__ == "__main__":
    main()
