"""Answer against Haystack's extractive reader: the same weights, windows and questions.

    python benchmarks/answering.py [--model FOLDER] [--data FILE] [--count N] [--rounds N] [--threads N]

Without options: the starter reader, and questions about text that the repository holds. ``--data`` takes
a JSON file in the form of SQuAD in place of the short texts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import torch
from transformers.utils.logging import disable_progress_bar

from asking import ask_mixed, ask_pages, ask_sentences
from contest import LONGER, Arena
from hfkit.starter import starter_folder
from layout import bullets
from lengths import TokenCounter
from questions import Query, gather, read_questions
from readers import has_haystack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contest import Contest

__all__ = ["COUNT", "ROUNDS", "answering_section", "measure_answering"]

COUNT = 60
ROUNDS = 3
_MIXED = 50
_TEXTS = 10
_QUERIES = 6
_PER_TEXT = 5  # questions
_LONG = 5_000
_NOTES = (
    (
        "Without a file, a short text is one to eight sentences of film reviews, and its questions are 'what is said "
        "about WORD ?' for its longest words; the long text is this project's own documentation."
    ),
    (
        "The texts of mixed length are those of Classify above, cut to 350 tokens: most are short (median 27 "
        "tokens), some are long."
    ),
    (
        "The same weights and cores, windows of 384 tokens that share 128, float32, one answer. What a user holds "
        "anyway, Haystack's documents and hfkit's questions, is made before the clock starts. Haystack's reader takes "
        "one question a call, with its documents; hfkit takes all questions at once, and where a question has "
        "several texts, the answer is the one with the highest logit."
    ),
    (
        "A call over one text pads nothing: what is saved there is only the work around the model, and nearly all the "
        "time is the model's. Over several texts Haystack pads every window to the longest of the call, hfkit reads "
        "windows end to end."
    ),
    (
        "Haystack's reader does not hand the model token types, which tell BERT-like models the question from the "
        f"text, so answers differ. hfkit without them, and then with answers of up to {LONGER} tokens in place of 30 "
        "too (Haystack has no limit), is in the next columns; what still differs is told on standard error."
    ),
)


def measure_answering(
    model: Path | None = None, data: Path | None = None, *, count: int, rounds: int
) -> list[Contest]:
    """Compare on short texts, one, ten or fifty a question, then on a long one; nothing without Haystack.

    Args:
        model: a folder; None for the starter reader.
        data: a file in the form of SQuAD; None for sentences of the repository.
        count: how many questions about short texts.
        rounds: how often they are answered each way.
    """
    if not has_haystack():
        return []
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers leaves it untyped
    folder = model or starter_folder("reader", offline=False).path
    asked = read_questions(data) if data else ask_sentences(max(count, _QUERIES * _TEXTS * _PER_TEXT))
    short = [Query(one.question, (one.context,)) for one in asked[:count]]
    tokens_of = TokenCounter(folder)
    several = gather(asked, texts=_TEXTS, queries=_QUERIES)
    arena = Arena(folder)
    contests = [arena.compare("a short text each", short, rounds=rounds, single=True)]
    if several:  # a file may hold too few texts
        title = f"{_TEXTS} short texts each"
        contests.append(arena.compare(title, several, rounds=rounds, single=False))
    rest = {
        f"{_MIXED} texts of mixed length each": ask_mixed(tokens_of, texts=_MIXED),
        f"a text of {_LONG:,} tokens": ask_pages(tokens_of, tokens=_LONG),
    }
    contests += [arena.compare(title, asked, rounds=rounds, single=False) for title, asked in rest.items()]
    return contests


def answering_section(contests: Sequence[Contest]) -> str:
    """Lay out the contests."""
    if not contests:
        return "## Answer\n\nNot measured: transformers-haystack is not installed.\n"
    lines = [
        "| texts | way | seconds | questions/s | times | times, processor |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {contest.title} | `{timing.name}` | {timing.wall.show(2)} "
        f"| {contest.questions / timing.wall.median:.1f} | {timing.wall_ratio.show(2)} | {timing.cpu_ratio.show(2)} |"
        for contest in contests
        for timing in contest.timings
    ]
    lines += [
        "",
        (
            f"| texts | Haystack's best answer | without token types | and answers of up to {LONGER} tokens "
            "| float32's best answer in 8 bits |"
        ),
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {contest.title} | "
        + " | ".join(f"{equal} of {contest.questions}" for equal in (*contest.equal, contest.rounded))
        + " |"
        for contest in contests
    ]
    counts = "; ".join(f"{contest.title}: {contest.questions} questions" for contest in contests)
    head = f"{counts}. {contests[0].rounds} rounds, the ways in turns; `times` are against Haystack in the same round."
    return "\n".join(
        ["## Answer\n", fill(head[0].upper() + head[1:], width=110), "", *lines, "", bullets(_NOTES), ""]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="a folder with a question answering model")
    parser.add_argument("--data", type=Path, help="a JSON file in the form of SQuAD")
    parser.add_argument("--count", type=int, default=COUNT, help="questions (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each way (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="threads of a forward pass (default: torch's own choice)")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)  # Haystack leaves torch's number as it finds it
    contests = measure_answering(options.model, options.data, count=options.count, rounds=options.rounds)
    sys.stdout.write(answering_section(contests))


if __name__ == "__main__":
    main()
