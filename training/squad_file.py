"""Read the JSON files of SQuAD, version 1.1 or 2.0, and of data sets in its form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.text.squad import AnswerText, SquadExample

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Article:
    """The questions about one article."""

    title: str
    examples: tuple[SquadExample, ...]


def read_squad(file: Path) -> list[Article]:
    """Read the articles of a file, as they stand in it."""
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    return [
        Article(
            article["title"],
            tuple(
                SquadExample(
                    question["question"],
                    paragraph["context"],
                    tuple(AnswerText(each["text"], each["answer_start"]) for each in question["answers"]),
                )
                for paragraph in article["paragraphs"]
                for question in paragraph["qas"]
            ),
        )
        for article in articles
    ]


def held_out(articles: list[Article], count: int) -> tuple[list[Article], list[Article]]:
    """Set some articles aside: those whose titles have the smallest SHA-256.

    Returns:
        The others, and the ones set aside, both in the order of the file.
    """
    ranked = sorted(articles, key=lambda article: hashlib.sha256(article.title.encode()).digest())
    aside = {article.title for article in ranked[:count]}
    return (
        [article for article in articles if article.title not in aside],
        [article for article in articles if article.title in aside],
    )
