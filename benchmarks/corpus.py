"""Texts from files: a csv with a column ``text``, or one text a line."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SENTENCES", "Corpus", "read_corpus"]

SENTENCES = Path(__file__).with_name("data") / "sentences.txt"
"""Real sentences that come with the repository; see PROVENANCE.md beside them."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts, and their labels where the file has any.

    Attributes:
        texts: texts that hold more than blanks, in the order of the file.
        labels: a label for each text; None where the file has no column ``label``.
        blank: how many texts were left out because they hold nothing to read.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None
    blank: int

    def take(self, positions: Sequence[int]) -> Corpus:
        """Give the texts at some positions, with their labels."""
        texts = tuple(self.texts[position] for position in positions)
        if self.labels is None:
            return Corpus(texts, None, self.blank)
        return Corpus(texts, tuple(self.labels[position] for position in positions), self.blank)


def read_corpus(file: Path) -> Corpus:
    """Read texts from a ``.csv`` with a column ``text`` (and perhaps ``label``), or one a line.

    Raises:
        SystemExit: the file holds no texts.
    """
    labels: list[str] | None = None
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or ()
            if "text" not in columns:
                raise SystemExit(f"{file} has the columns {list(columns)}, must have 'text'")
            rows = list(reader)
        texts = [row["text"] for row in rows]
        if "label" in columns:
            labels = [row["label"] for row in rows]
    else:
        texts = file.read_text(encoding="utf-8").splitlines()
    kept = [position for position, text in enumerate(texts) if text.strip()]
    if not kept:
        raise SystemExit(f"{file} holds no texts")
    every = Corpus(tuple(texts), None if labels is None else tuple(labels), len(texts) - len(kept))
    return every.take(kept)
