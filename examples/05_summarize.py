"""Summarize a document of any length, and see what was made of each part of it.

Run it as ``python examples/05_summarize.py [DOCUMENT.txt]``; without one, it reads what hfkit promises about security.
"""

from __future__ import annotations

import sys
from pathlib import Path

import hfkit

SECURITY = Path(__file__).parent.parent / "SECURITY.md"


def main(document: Path) -> None:
    text = document.read_text(encoding="utf-8")

    # A small model keeps to a text better when it reads less of it at a time.
    with hfkit.Summarize(window=300, max_new_tokens=24) as summarize:
        summary = summarize(text)

    for passage in summary.passages:
        line = text.count("\n", 0, passage.start) + 1
        print(f"line {line}: {' '.join(passage.text.split())}")
    print(f"\n{summary.text}")
    print(
        f"\n{len(text):,} characters in {summary.coverage.windows} passages, summarized {summary.rounds} times over; "
        f"{summary.prompt_tokens:,} tokens read, {summary.new_tokens:,} written"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SECURITY)
