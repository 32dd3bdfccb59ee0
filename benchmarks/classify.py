"""Classify.batch against transformers' pipeline, other libraries, and what is written by hand.

    python benchmarks/classify.py [--texts FILE] [--model FOLDER] [--count N] [--rounds N]
                                   [--threads N] [--output FILE]

Without options: a model of DistilBERT's dimensions with random weights, and texts of mixed length.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from comparison import Comparison, compare_variants
from corpus import SENTENCES, read_corpus
from lengths import TokenCounter
from lineup import open_lineup
from machine import describe_machine
from mixture import mixed_lengths, mixed_texts
from report import comparison_section, page
from standin import write_standin

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COUNT", "ROUNDS", "compare_file", "compare_standin"]

COUNT = 64
ROUNDS = 3
_LONG_COUNT = 8
_LONG = (300, 500)
"""The fewest and the most tokens of a long text, cut to the model's window."""


def compare_standin(folder: Path | None, *, count: int, rounds: int) -> list[Comparison]:
    """Compare on texts of mixed length, on sentences of much the same length, and on long texts.

    Args:
        folder: a model; None makes one.
        count: how many texts; there are fewer long ones.
        rounds: how often each variant runs.
    """
    sentences = read_corpus(SENTENCES).texts
    with tempfile.TemporaryDirectory() as scratch:
        model = folder or write_standin(Path(scratch), sentences)
        tokens_of = TokenCounter(model)
        opened = open_lineup(model)

        def compare(title: str, texts: Sequence[str], *, memory: bool) -> Comparison:
            lengths = tokens_of(texts)
            return compare_variants(model, opened, texts, lengths, title=title, rounds=rounds, memory=memory)

        def cut(lengths: Sequence[int]) -> list[str]:
            return mixed_texts(sentences, lengths, lambda words: tokens_of(words, special=False))

        least, most = _LONG
        steps = max(1, min(count, _LONG_COUNT) - 1)
        long = [min(least + step * (most - least) // steps, tokens_of.window) for step in range(steps + 1)]
        return [
            compare(
                "Texts of mixed length", cut(mixed_lengths(count, longest=tokens_of.window)), memory=True
            ),
            compare("Sentences as they are, of similar length", sentences[:count], memory=False),
            compare("Long texts", cut(long), memory=False),
        ]


def compare_file(folder: Path | None, file: Path, *, count: int, rounds: int) -> list[Comparison]:
    """Compare on the first texts of a file that the model can read whole."""
    with tempfile.TemporaryDirectory() as scratch:
        model = folder or write_standin(Path(scratch), read_corpus(SENTENCES).texts)
        tokens_of = TokenCounter(model)
        corpus = read_corpus(file)
        sized = zip(corpus.texts, tokens_of(corpus.texts), strict=True)
        fitting = [(text, size) for text, size in sized if size <= tokens_of.window][:count]
        texts, lengths = [text for text, _ in fitting], [size for _, size in fitting]
        return [
            compare_variants(
                model,
                open_lineup(model),
                texts,
                lengths,
                title=f"Texts of {file.name}",
                rounds=rounds,
                memory=True,
            )
        ]


def main() -> None:
    """Measure and print, or write, a report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, help="a csv with a column text, or one text a line")
    parser.add_argument("--model", type=Path, help="a folder with a model that chooses one label")
    parser.add_argument("--count", type=int, default=COUNT, help="texts (default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="runs of each variant (default: %(default)s)"
    )
    parser.add_argument("--threads", type=int, help="threads of a forward pass (default: torch's own choice)")
    parser.add_argument("--output", type=Path, help="a Markdown file; standard output without it")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    comparisons = (
        compare_file(options.model, options.texts, count=options.count, rounds=options.rounds)
        if options.texts
        else compare_standin(options.model, count=options.count, rounds=options.rounds)
    )
    report = page([comparison_section(comparisons)], machine=describe_machine(), command=sys.argv)
    if options.output:
        options.output.write_text(report, encoding="utf-8")
    else:
        sys.stdout.write(report)


if __name__ == "__main__":
    main()
