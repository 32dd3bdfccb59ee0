"""Read QAMR: questions about single sentences, written by crowd workers, as SQuAD-style examples.

Source: Michael et al. 2018, arXiv:1711.05885, https://github.com/uwnlp/qamr.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FILES = ("filtered.dev.tsv", "filtered.test.tsv")

# How the Penn Treebank writes marks, and how everyone else does.
_MARKS = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
    "`": "'",
    "--": "\N{EN DASH}",
}
_OPENING = frozenset({"-LRB-", "-LSB-", "-LCB-", "``", "`", "$", "US$", "R$", "#"})
_CLOSING = frozenset({"-RRB-", "-RSB-", "-RCB-", "''", ",", ".", ";", ":", "?", "!", "%", "...", "n't"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it is printed, and where in it the tokens of its tagged form stand."""

    name: str
    text: str
    offsets: tuple[tuple[int, int], ...]

    @property
    def article(self) -> str:
        """The article it is from."""
        return self.name.rsplit(":", 2)[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one sentence.

    Attributes:
        question: what is asked.
        sentence: of what.
        start: the first character of the answer in the sentence.
        end: the one after its last.
        votes: how many of the three annotators gave this very answer.
    """

    question: str
    sentence: Sentence
    start: int
    end: int
    votes: int


def printed(name: str, tokens: Sequence[str]) -> Sentence:
    """Write the tokens of the Penn Treebank as a sentence is printed."""
    text = ""
    offsets = []
    glued = True
    for token in tokens:
        word = _MARKS.get(token, token)
        if not (glued or token in _CLOSING or token.startswith("'")):
            text += " "
        offsets.append((len(text), len(text) + len(word)))
        text += word
        glued = token in _OPENING
    return Sentence(name, text, tuple(offsets))


def read_sentences(folder: Path) -> dict[str, Sentence]:
    """Read all sentences, those without questions too, by their names."""
    lines = (folder / "wiki-sentences.tsv").read_text(encoding="utf-8").splitlines()
    parts = (line.split("\t") for line in lines)
    return {name: printed(name, tokens.split()) for name, tokens in parts}


def read_questions(folder: Path, sentences: dict[str, Sentence]) -> list[Asked]:
    """Read the questions, each one once for each sentence, in the order of the files."""
    answers: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for file in _FILES:
        for line in (folder / file).read_text(encoding="utf-8").splitlines():
            name, _, _, _, _, question, *indices = line.split("\t")
            spans = (_whole(part.rpartition(":")[2]) for part in indices)
            answers[name, _asked(question)].extend(span for span in spans if span)
    return [_agreed(question, sentences[name], spans) for (name, question), spans in answers.items() if spans]


def _asked(question: str) -> str:
    """Write a question the one way: one blank between words, a mark at the end."""
    words = " ".join(question.split()).rstrip(" ?.")
    return f"{words}?"


def _whole(indices: str) -> tuple[int, int] | None:
    """Give the first and last token of an answer, or None if it is in pieces."""
    tokens = [int(index) for index in indices.split()]
    if not tokens or tokens != list(range(tokens[0], tokens[-1] + 1)):
        return None
    return tokens[0], tokens[-1]


def _agreed(question: str, sentence: Sentence, spans: Iterable[tuple[int, int]]) -> Asked:
    """Take the answer that most annotators gave; of several, one of middling length."""
    votes = Counter(spans)
    most = max(votes.values())
    best = sorted((span for span in votes if votes[span] == most), key=lambda span: (span[1] - span[0], span))
    first, last = best[len(best) // 2]
    return Asked(question, sentence, sentence.offsets[first][0], sentence.offsets[last][1], most)
