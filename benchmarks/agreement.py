"""Whether hfkit.Classify answers as transformers does, text by text.

    python benchmarks/agreement.py --data FILE --model FOLDER [--count 2000] [--seed 0]

The reference is a direct call of the model for each text alone, in float32. Exits with 1 if a
probability differs by more than 1e-4, or a label where the best two are not as good as equal.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

import hfkit
from corpus import Corpus, read_corpus
from difference import TOLERANCE, compare
from lengths import TokenCounter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from variants import Probabilities

_BUDGETS = (64, 512, 4096)
_RESAMPLES = 10_000


def answer_directly(folder: Path, texts: Sequence[str]) -> Probabilities:
    """Give the probabilities of each text, one forward pass a text, by transformers alone."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
    if model.config.problem_type == "regression":
        raise SystemExit(f"{folder} gives plain numbers, must give labels")
    several = model.config.problem_type == "multi_label_classification" or model.config.num_labels == 1
    rows = []
    with torch.inference_mode():
        for text in texts:
            logits = model(**tokenizer(text, return_tensors="pt")).logits[0].double()
            rows.append((logits.sigmoid() if several else logits.softmax(-1)).numpy())
    return np.array(rows)


def table_of(answers: Sequence[hfkit.Classification], names: Sequence[str]) -> Probabilities:
    """Lay hfkit's answers out as probabilities, shape ``[texts, labels]``."""
    return np.array([[answer.score_of(name) for name in names] for answer in answers])


def answers_of_hfkit(
    classify: hfkit.Classify, texts: Sequence[str], *, seed: int
) -> Iterator[tuple[str, Probabilities]]:
    """Ask hfkit for the same texts in several ways; give what was done and the answers, in the texts' order."""
    for budget in _BUDGETS:
        other = classify.with_(runtime=replace(classify.runtime, batch_tokens=budget))
        yield f"batch, as given, batch_tokens={budget}", table_of(other.batch(texts), classify.labels)
    order = np.random.default_rng(seed).permutation(len(texts))
    shuffled = table_of(classify.batch([texts[i] for i in order]), classify.labels)
    yield "batch, shuffled", shuffled[np.argsort(order)]
    yield "map, as given", table_of(list(classify.map(iter(texts))), classify.labels)


def accuracy(guesses: Sequence[str], labels: Sequence[str], *, seed: int) -> str:
    """Say how many of hfkit's labels are right, with a 95 % bootstrap interval over the texts."""
    right = np.array([guess == label for guess, label in zip(guesses, labels, strict=True)])
    generator = np.random.default_rng(seed)
    means = [generator.choice(right, len(right)).mean() for _ in range(_RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return f"accuracy on {len(right):,} labelled texts: {right.mean():.2%} (95 % interval {low:.2%} to {high:.2%})"


def choose(corpus: Corpus, *, count: int, seed: int) -> Corpus:
    """Draw texts at random, kept in the order of the file."""
    positions = range(len(corpus.texts))
    return corpus.take(sorted(random.Random(seed).sample(positions, min(count, len(positions)))))  # noqa: S311


def main() -> None:
    """Compare, print a line for each way of asking, and exit with 1 if one disagrees."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="a csv with a column text, or one text a line"
    )
    parser.add_argument("--model", type=Path, required=True, help="a folder with a classification model")
    parser.add_argument("--count", type=int, default=2000, help="texts to draw (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw and of the shuffling")
    options = parser.parse_args()

    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    drawn = choose(read_corpus(options.data), count=options.count, seed=options.seed)
    tokens_of = TokenCounter(options.model)
    fitting = [i for i, size in enumerate(tokens_of(drawn.texts)) if size <= tokens_of.window]
    corpus = drawn.take(fitting)
    print(
        f"{len(corpus.texts):,} texts compared; left out: {len(drawn.texts) - len(fitting):,} longer than "
        f"{tokens_of.window} tokens, {corpus.blank:,} blank in the file"
    )
    if not fitting:
        raise SystemExit("no text is left to compare")

    runtime = hfkit.Runtime(device="cpu", dtype="float32", progress="never")
    classify = hfkit.Classify(options.model, overflow="error", runtime=runtime).load()
    reference = answer_directly(options.model, corpus.texts)
    failed = False
    for way, answers in answers_of_hfkit(classify, corpus.texts, seed=options.seed):
        difference = compare(reference, answers)
        failed |= not difference.agrees
        print(
            f"{'ok  ' if difference.agrees else 'FAIL'} {way:34} largest change {difference.largest:.1e}, "
            f"other labels {difference.labels}, and of ties {difference.ties}"
        )
    if corpus.labels is not None and set(corpus.labels) <= set(classify.labels):
        guesses = [answer.label for answer in classify.batch(corpus.texts)]
        print(accuracy(guesses, corpus.labels, seed=options.seed))
    if failed:
        raise SystemExit(f"hfkit and transformers differ by more than {TOLERANCE:.0e}, or in a label")


if __name__ == "__main__":
    main()
