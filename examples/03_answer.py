"""Ask questions of a document, and see where in it the answers stand.

Run it as ``python examples/03_answer.py [DOCUMENT.txt QUESTION ...]``; without any, it asks of this project's design.
"""

from __future__ import annotations

import sys
from pathlib import Path

import hfkit

DESIGN = Path(__file__).parent.parent / "docs" / "explanation" / "design.md"
QUESTIONS = [
    "What enforces the layers?",
    "What may cross the line between engine and backend?",
    "What is the default number type?",
    "What is the default budget?",
]


def main(document: Path, questions: list[str]) -> None:
    text = document.read_text(encoding="utf-8")

    with hfkit.Answer() as answer:
        found = answer.batch(hfkit.Question(question, context=text) for question in questions)

    for question, result in zip(questions, found, strict=True):
        if best := result.best:  # always there, unless no_answer=True lets the model give none
            line = text.count("\n", 0, best.start) + 1
            print(f"{question}\n  {best.text}   (line {line}, score {best.score:.2f})")
            print(f"  ... {' '.join(best.evidence.text.split())}")

    spent = found.statistics
    print(f"{len(text):,} characters, read in {spent.windows // len(questions)} windows for each question")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DESIGN, sys.argv[2:] or QUESTIONS)
