"""What hfkit's verbs make of real text, on the starter models: ``make demo``."""

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
BAR, WIDTH, LINE = 20, 62, 100
DOCUMENT = HERE.parent / "LICENSE"
QUESTIONS = (
    "When was the license published?",
    "What percentage of shares is control?",
    "What must modified files carry?",
    "What may You charge a fee for?",
)
PROMPTS = ("What is the capital of France?", "Name three colors.")
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


def show_tokenize(texts: list[str], document: str) -> None:
    """Turn a long document and many short texts into tokens."""
    heading(f"Tokenize: {DOCUMENT.name}, and the reviews as arrays")
    with hfkit.Tokenize(truncation=hfkit.Windows(256, overlap=64)) as tokenize:
        tokens = tokenize(document)
        print(
            f"  {len(document):,} characters, {tokenize.count(document):,} tokens, {len(tokens.windows)} windows of 256"
        )
        for token, (start, end) in list(zip(tokens.tokens, tokens.offsets, strict=True))[1:5]:
            print(f"  {token:10} {start:3}:{end:<3} {document[start:end]!r}")
        arrays, seconds = seconds_of(lambda: tokenize.arrays(texts))
        print(
            f"  {len(texts)} reviews as ids and masks of shape {arrays.ids.shape} in {1000 * seconds:.0f} ms"
        )


def show_classify(classify: hfkit.Classify, reviews: list[dict[str, str]]) -> None:
    """Label reviews one by one, and all the good ones as one long text."""
    texts = [review["text"] for review in reviews]
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
    praise = " ".join(review["text"] for review in reviews if review["label"] == "positive")
    result = classify(praise)
    show(praise, result)
    read = result.coverage
    print(f"  read {read.read:,} of {read.total:,} characters in {read.windows} windows: nothing was cut")


def show_answer(document: str) -> None:
    """Find answers in a document of several windows, with the sentences that they stand in."""
    heading(f"Answer: {DOCUMENT.name}, read whole for each question; low scores are guesses")
    with hfkit.Answer() as answer:
        answers, seconds = seconds_of(lambda: answer.batch([hfkit.Question(q, document) for q in QUESTIONS]))
    for question, found in zip(QUESTIONS, answers, strict=True):
        print(f"  {question}")
        print(f"    {GREEN}{found.text}{PLAIN} ({found.score:.2f})")
        evidence = " ".join(found.spans[0].evidence.text.split())
        print(f"    {DIM}{evidence if len(evidence) <= LINE else evidence[: LINE - 1] + '…'}{PLAIN}")
    work = answers.statistics
    print(f"  {len(QUESTIONS)} questions, {work.windows} windows, in {seconds:.1f} s with opening the model")


def show_generate() -> None:
    """Let a small language model answer two chats at a time."""
    heading("Generate: two chats with a very small model, which writes well and knows little")
    with hfkit.Generate(max_new_tokens=16) as generate:
        texts = generate.batch([hfkit.Message("user", prompt)] for prompt in PROMPTS)
    for prompt, written in zip(PROMPTS, texts, strict=True):
        print(f"  {prompt}")
        print(f"    {GREEN}{' '.join(written.text.split())}{PLAIN} ({written.finish_reason})")
    tokens = sum(written.new_tokens for written in texts)
    print(f"  {tokens} tokens in {texts.statistics.forwards} forward passes: both chats at a time")


def main() -> None:
    with (HERE / "data" / "reviews.csv").open(encoding="utf-8", newline="") as file:
        reviews = list(csv.DictReader(file))
    document = DOCUMENT.read_text(encoding="utf-8")

    with hfkit.Classify() as classify:
        _, seconds = seconds_of(classify.load)
        model = classify.source
        print(f"{DIM}Classify() opened {model.model} on {model.backend} in {seconds:.1f} s{PLAIN}")
        show_classify(classify, reviews)
        show_tokenize([review["text"] for review in reviews], document)
        show_answer(document)
        show_generate()

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
