"""Label a file of texts and count the labels: the whole of a small program.

Run it as ``python examples/01_classify.py [FILE.csv]``; the file has a column ``text``.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import hfkit

REVIEWS = Path(__file__).parent / "data" / "reviews.csv"


def main(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as stream, hfkit.Classify() as classify:
        texts = (row["text"] for row in csv.DictReader(stream))
        results = list(classify.map(texts))  # lazily, in order: a file of any size

    for label, count in Counter(result.label for result in results).most_common():
        print(f"{label:10} {count}")

    doubtful = min(results, key=lambda result: result.score)
    print(f"least sure at {doubtful.score:.2f}; all by {doubtful.source.model} on {doubtful.source.backend}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REVIEWS)
