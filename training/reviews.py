"""The texts the sentiment model learns from, and the rule that keeps its splits apart."""

from __future__ import annotations

import csv
import hashlib
import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Split = Literal["train", "validation", "test"]

LABELS = ("negative", "positive")

# A tweet rated nearer to zero than this has no polarity to teach (ratings run from -4 to 4).
TWEET_MARGIN = 1.0

# Tenths of the hash range: 0 is test, 1 is validation, the rest is train.
_TENTHS: tuple[Split, ...] = ("test", "validation", *(("train",) * 8))


@dataclass(frozen=True, slots=True)
class Example:
    """One text and the index of its label in `LABELS`."""

    text: str
    label: int


def normalised(text: str) -> str:
    """Reduce a text to its lower-case words, so that copies differing in punctuation are one text."""
    return re.sub(r"\W+", " ", text.lower()).strip()


def split_of(text: str) -> Split:
    """Return the split a text belongs to: a function of the text alone, so no text is in two."""
    digest = hashlib.sha256(normalised(text).encode()).digest()
    return _TENTHS[int.from_bytes(digest[:8], "big") % len(_TENTHS)]


def read_reviews(folder: Path) -> list[Example]:
    """Read the movie-review snippets of Pang and Lee (2005), one of each text."""
    with (folder / "sentence_polarity" / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = [Example(row["text"], LABELS.index(row["label"])) for row in csv.DictReader(file)]
    return list({normalised(row.text): row for row in rows}.values())


def read_tweets(folder: Path) -> list[Example]:
    """Read the tweets of Hutto and Gilbert (2014) whose mean rating is clearly on one side."""
    path = folder / "vader" / "tweets_GroundTruth.txt"
    rows = (line.split("\t", 2) for line in path.read_text(encoding="utf-8").splitlines() if line)
    rated = ((float(rating), html.unescape(text)) for _, rating, text in rows)
    return [Example(text, int(rating > 0)) for rating, text in rated if abs(rating) >= TWEET_MARGIN]


def only(split: Split, examples: Iterable[Example]) -> list[Example]:
    """Keep the examples of one split."""
    return [example for example in examples if split_of(example.text) == split]
