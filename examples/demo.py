"""What hfkit's verbs make of real text, on the starter model: ``make demo``."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import hfkit

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
BOLD, DIM, RED, GREEN, PLAIN = (
    ("\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[0m") if sys.stdout.isatty() else [""] * 5
)
BAR, WIDTH = 20, 62
T = TypeVar("T")


def heading(text: str) -> None:
    print(f"\n{BOLD}{text}{PLAIN}")


def show(text: str, result: hfkit.Classification) -> None:
    """Print a line: a bar as long as the score, the label, the beginning of the text."""
    color = GREEN if result.label == "positive" else RED
    bar = "█" * round(result.score * BAR)
    beginning = text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
    print(f"  {color}{bar:<{BAR}} {result.label} {result.score:.2f}{PLAIN}  {beginning}")


def seconds_of(work: Callable[[], T]) -> tuple[T, float]:
    """Do a piece of work and say how long it took."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def main() -> None:
    with (HERE / "data" / "reviews.csv").open(encoding="utf-8", newline="") as file:
        reviews = list(csv.DictReader(file))
    texts = [review["text"] for review in reviews]

    with hfkit.Classify() as classify:
        _, seconds = seconds_of(classify.load)
        model = classify.source
        print(f"{DIM}Classify() opened {model.model} on {model.backend} in {seconds:.1f} s{PLAIN}")

        heading("Classify: film reviews it has never seen")
        results, seconds = seconds_of(lambda: classify.batch(texts))
        for text, result in list(zip(texts, results, strict=True))[:8]:
            show(text, result)
        right = sum(review["label"] == result.label for review, result in zip(reviews, results, strict=True))
        work = results.statistics
        print(
            f"  {right} of {len(results)} agree with the reviewer, in {seconds:.2f} s: {work.forwards} forward passes;"
        )
        print(f"  {work.padding:.1%} of the computed tokens were padding")

        heading("Classify: a document longer than the model's window")
        document = " ".join(
            text for text, review in zip(texts, reviews, strict=True) if review["label"] == "positive"
        )
        result = classify(document)
        show(document, result)
        read = result.coverage
        print(f"  read {read.read:,} of {read.total:,} characters in {read.windows} windows: nothing was cut")

        heading("Errors are typed and say what to do")
        try:
            classify("")
        except hfkit.HfkitError as error:
            print("  " + f"{type(error).__name__}: {error}".replace("\n", "\n  "))

        heading("Every result says where it came from")
        for name, value in model.to_dict().items():
            if value:
                print(f"  {name:10} {value}")


if __name__ == "__main__":
    main()
