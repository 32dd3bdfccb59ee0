"""How long are the texts of a file, in tokens, and what would a limit cut?

Run it as ``python examples/02_tokenize.py [FILE.csv] [LIMIT]``; the file has a column ``text``.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from statistics import median, quantiles

import hfkit

REVIEWS = Path(__file__).parent / "data" / "reviews.csv"


def main(file: Path, limit: int) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        texts = [row["text"] for row in csv.DictReader(stream)]

    with hfkit.Tokenize(truncation=hfkit.Truncate(limit)) as tokenize:
        lengths = sorted(tokenize.count(text) for text in texts)
        most = quantiles(lengths, n=20)[-1]
        print(f"{len(texts)} texts, median {median(lengths):.0f} tokens, 95 % have at most {most:.0f}")

        arrays = tokenize.arrays(texts)  # ids and masks, ready for a model
        print(
            f"at {limit} tokens {len(arrays.cut)} are cut, and {1 - arrays.mask.mean():.0%} of the arrays is padding"
        )

        if arrays.cut:
            text = texts[arrays.cut[0]]
            read = tokenize(text).coverage.read
            print(f"the first of them ends in ...{text[read:][-40:]!r}, which would not be read")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REVIEWS, int(sys.argv[2]) if len(sys.argv) > 2 else 48)  # noqa: PLR2004
