"""Questions about texts, from files in the form of SQuAD."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Asked", "Query", "gather", "read_questions"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its text and the answers that count as right; none where there is no answer."""

    question: str
    context: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the texts that are searched for its answer."""

    question: str
    texts: tuple[str, ...]


def read_questions(file: Path) -> list[Asked]:
    """Read a JSON file of SQuAD 1.1 or 2.0, or one in its form (XQuAD, CMRC 2018), in its order."""
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    return [
        Asked(
            question["question"],
            paragraph["context"],
            tuple(answer["text"] for answer in question["answers"]),
        )
        for article in articles
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]


def gather(asked: Sequence[Asked], *, texts: int, queries: int) -> list[Query]:
    """Search several texts for one answer: each query takes the next texts, and a question about their first."""
    question = {one.context: one.question for one in reversed(asked)}
    contexts = list(dict.fromkeys(one.context for one in asked))
    starts = range(0, min(queries * texts, len(contexts) - texts + 1), texts)
    return [Query(question[contexts[start]], tuple(contexts[start : start + texts])) for start in starts]
