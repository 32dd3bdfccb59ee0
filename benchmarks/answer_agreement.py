"""Whether hfkit.Answer gives the answers that a search through every span gives, question by question.

    python benchmarks/answer_agreement.py --data FILE --model FOLDER [--limit N] [--top-k 5]
                                          [--window 384] [--overlap 128] [--longest 30]
                                          [--style squad|cmrc] [--threads N]

The search is that of brute_force.py: transformers' own windows, one forward pass each in float32, plain
loops. Exits with 1 if a list of answers differs where spans are not as good as equal, if a logit differs
by more than 1e-4, or if the offsets of an answer do not read back as its text.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import torch

import hfkit
from brute_force import BruteForce, Overlapping
from difference import TOLERANCE
from hfkit.metrics.scores import score_answers
from questions import read_questions

if TYPE_CHECKING:
    from brute_force import Search
    from questions import Asked

_BATCH = 256


@dataclass(slots=True)
class Agreement:
    """What was counted over all questions, for one way to treat spans that share characters.

    Attributes:
        equal: lists of answers that are the same: texts, offsets, order.
        tied: lists that differ only where spans are as good as equal.
        other: the questions whose lists differ otherwise.
        largest: the largest difference of a logit, those of no answer included.
        misread: answers whose offsets do not read back as their text.
        windows: questions that hfkit read in another number of windows.
    """

    equal: int = 0
    tied: int = 0
    other: list[str] = field(default_factory=list)
    largest: float = 0.0
    misread: int = 0
    windows: int = 0

    def add(
        self, asked: Asked, answers: hfkit.Answers, search: Search, *, count: int, overlapping: Overlapping
    ) -> None:
        """Compare the answers to one question."""
        spans = [(span.start, span.end) for span in answers.spans]
        if spans == search.best(count, overlapping=overlapping):
            self.equal += 1
        elif search.allows(spans, count, overlapping=overlapping, tolerance=2 * TOLERANCE):
            self.tied += 1
        else:
            self.other.append(asked.question)
        null = answers.null_score + answers.spans[0].logit
        changes = [abs(span.logit - search.logits.get((span.start, span.end), 0)) for span in answers.spans]
        self.largest = max(self.largest, abs(null - search.null), *changes)
        self.misread += sum(asked.context[span.start : span.end] != span.text for span in answers.spans)
        self.windows += answers.coverage.windows != search.windows

    @property
    def agrees(self) -> bool:
        """Whether the answers are the same but for rounding."""
        return not (self.other or self.misread or self.windows) and self.largest <= TOLERANCE

    def describe(self, overlapping: Overlapping) -> str:
        """Say it in a line."""
        return (
            f"{'ok  ' if self.agrees else 'FAIL'} overlapping={overlapping}: equal lists {self.equal:,}, but for ties "
            f"{self.tied:,}, other {len(self.other):,}; largest change of a logit {self.largest:.1e}; "
            f"offsets that misread {self.misread:,}; other windows {self.windows:,}"
        )


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="a JSON file in the form of SQuAD")
    parser.add_argument("--model", type=Path, required=True, help="a folder with a question answering model")
    parser.add_argument("--limit", type=int, help="questions, from the first on (default: all)")
    parser.add_argument("--top-k", type=int, default=5, help="answers of each (default: %(default)s)")
    parser.add_argument("--window", type=int, default=384, help="tokens of a window (default: %(default)s)")
    parser.add_argument(
        "--overlap", type=int, default=128, help="tokens that windows share (default: %(default)s)"
    )
    parser.add_argument("--longest", type=int, default=30, help="tokens of an answer (default: %(default)s)")
    parser.add_argument("--style", choices=("squad", "cmrc"), default="squad", help="how answers are scored")
    parser.add_argument("--threads", type=int, help="threads of a forward pass (default: torch's own choice)")
    return parser.parse_args()


def main() -> None:
    """Compare, print a line for each way and the scores, and exit with 1 if one disagrees."""
    options = parse()
    if options.threads:
        torch.set_num_threads(options.threads)  # hfkit leaves torch's number as it finds it
    asked = read_questions(options.data)[: options.limit]
    answer = hfkit.Answer(
        options.model,
        top_k=options.top_k,
        max_answer_tokens=options.longest,
        window=options.window,
        overlap=options.overlap,
        runtime=hfkit.Runtime(device="cpu", dtype="float32", progress="never"),
    ).load()
    reference = BruteForce(
        options.model, window=options.window, overlap=options.overlap, longest=options.longest
    )
    ways: dict[Overlapping, Agreement] = {way: Agreement() for way in get_args(Overlapping)}
    found: list[str] = []
    searched: list[str] = []
    several = 0
    for start in range(0, len(asked), _BATCH):
        part = asked[start : start + _BATCH]
        questions = [hfkit.Question(one.question, context=one.context) for one in part]
        given = {way: answer.with_(overlapping=way).batch(questions) for way in ways}
        found += [answers.text for answers in given["merge"]]
        for position, one in enumerate(part):
            search = reference.search(one.question, one.context)
            several += search.windows > 1
            ((left, right),) = search.best(1, overlapping="merge")
            searched.append(one.context[left:right])
            for way, agreement in ways.items():
                agreement.add(one, given[way][position], search, count=options.top_k, overlapping=way)
    print(
        f"{len(asked):,} questions compared, {several:,} of them over more than one window; top_k={options.top_k}"
    )
    for way, agreement in ways.items():
        print(agreement.describe(way))
        for question in agreement.other:
            print(f"     differs: {question}")
    references = [one.references for one in asked]
    for name, texts in {"hfkit.Answer": found, "every span": searched}.items():
        scores = score_answers(texts, references, style=options.style)
        print(f"{name}: exact match {scores.exact_match:.2f}, F1 {scores.f1:.2f} ({options.style})")
    if not all(agreement.agrees for agreement in ways.values()):
        raise SystemExit("hfkit and the search through every span differ")


if __name__ == "__main__":
    main()
