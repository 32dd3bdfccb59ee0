"""What each scheme of Quantize makes of the starters: bytes, speed, and how good they still are.

    python benchmarks/quantized_schemes.py [--labelled FILE] [--questions FILE] [--texts FILE] [--rows 1000]
        [--rounds 5] [--threads N] [--plots FOLDER]

FILE is a .csv with columns ``text`` and ``label`` for the sentiment starter, a .json in the form of SQuAD for the
reader, and one text a line for the writer; a starter without a file is left out. The writer reads an eighth of the
rows. Prints a table in Markdown for each.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import hfkit
from corpus import read_corpus
from hfkit.starter import starter_folder
from questions import read_questions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.values.schemes import Scheme

__all__ = ["SCHEMES", "Measured", "measure_starter"]

Measured: TypeAlias = Literal["sentiment", "reader", "writer"]
"""The starters that are made smaller."""

SCHEMES: tuple[Scheme, ...] = (
    hfkit.Cast("bfloat16"),
    hfkit.Int8(),
    hfkit.Int4(),
    hfkit.Torchao("int8"),
    hfkit.Torchao("int8_dynamic"),
    hfkit.Torchao("float8"),
    hfkit.BitsAndBytes("int8"),
    hfkit.BitsAndBytes("nf4"),
    hfkit.BitsAndBytes("fp4"),
)
"""All of them, each as it is by default."""

# Lines of running text that are too short say little of the next word.
_SHORTEST = 200
_EIGHTH = 8


def measure_starter(
    starter: Measured,
    file: Path,
    *,
    rows: int,
    rounds: int,
    threads: int | None,
    schemes: Sequence[Scheme] = SCHEMES,
) -> hfkit.SchemeComparison:
    """Compare the schemes of one starter on some rows of a file, the same ones each time.

    Args:
        starter: which.
        file: what it reads.
        rows: how many of it, at most; an eighth of that for the writer.
        rounds: how often each scheme is timed in turns with the original.
        threads: of one forward pass; None leaves it to the libraries.
        schemes: what to try.
    """
    model = starter_folder(starter, offline=False).path
    runtime = hfkit.Runtime(threads=threads, progress="never")
    chosen = random.Random(0).sample  # noqa: S311  # no secret
    probes: hfkit.Labelled | hfkit.Squad | list[str]
    match starter:
        case "sentiment":
            corpus = read_corpus(file)
            if corpus.labels is None:
                raise SystemExit(f"{file} has no labels, must have a column 'label'")
            pairs = list(zip(corpus.texts, corpus.labels, strict=True))
            some = chosen(pairs, min(rows, len(pairs)))
            probes = hfkit.Labelled(train=[{"text": text, "label": label} for text, label in some])
        case "reader":
            asked = read_questions(file)
            probes = hfkit.Squad(
                train=[
                    {
                        "question": one.question,
                        "context": one.context,
                        "answers": {
                            "text": list(one.references),
                            "answer_start": [one.context.index(answer) for answer in one.references],
                        },
                    }
                    for one in chosen(asked, min(rows, len(asked)))
                ]
            )
        case "writer":
            lines = [text for text in read_corpus(file).texts if len(text) >= _SHORTEST]
            if not lines:
                raise SystemExit(f"{file} has no line of {_SHORTEST} characters")
            probes = chosen(lines, min(max(1, rows // _EIGHTH), len(lines)))
    return hfkit.compare(model, schemes, probes, rounds=rounds, runtime=runtime)


def main() -> None:
    """Measure what there are files for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labelled", type=Path, help="texts and labels for the sentiment starter")
    parser.add_argument("--questions", type=Path, help="questions with contexts for the reader")
    parser.add_argument("--texts", type=Path, help="texts for the writer")
    parser.add_argument("--rows", type=int, default=1000, help="the most rows to read (default: 1000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each scheme is timed (default: 5)")
    parser.add_argument(
        "--threads", type=int, help="of one forward pass (default: the libraries' own choice)"
    )
    parser.add_argument("--plots", type=Path, help="a folder for a picture of each")
    options = parser.parse_args()
    files: dict[Measured, Path | None] = {
        "sentiment": options.labelled,
        "reader": options.questions,
        "writer": options.texts,
    }
    if not any(files.values()):
        parser.error("name a file with --labelled, --questions or --texts")
    for starter, file in files.items():
        if file is None:
            continue
        found = measure_starter(
            starter, file, rows=options.rows, rounds=options.rounds, threads=options.threads
        )
        sys.stdout.write(f"\n{starter}, {found.compared[0].report.probes:,} probes\n\n{found.markdown()}\n")
        for one in found.refused:
            sys.stdout.write(f"\nnot tried: {one.scheme}: {one.reason}\n")
        sys.stdout.flush()
        if options.plots:
            options.plots.mkdir(parents=True, exist_ok=True)
            found.plot(options.plots / f"{starter}.png")


if __name__ == "__main__":
    main()
