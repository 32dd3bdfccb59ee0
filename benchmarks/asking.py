"""Questions about text that the repository itself holds, made by plain rules.

What a reader costs depends on the lengths of questions and texts, not on whether the questions are good
ones; nothing is scored for accuracy on them.
"""

from __future__ import annotations

from itertools import count, cycle
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import SENTENCES, read_corpus
from mixture import mixed_lengths, mixed_texts
from questions import Asked, Query

if TYPE_CHECKING:
    from lengths import TokenCounter

__all__ = ["ask_mixed", "ask_pages", "ask_sentences"]

_DOCS = Path(__file__).parent.parent / "docs"
_PAGES = ("tutorial/index", "explanation/design", "explanation/scheduler", "how-to/tokenize")
_ABOUT_PAGES = (
    "How are texts ordered before they are put into batches?",
    "What happens to a text that is longer than the window?",
)
_SUBJECTS = ("movie", "story", "actor")
_MOST_TOKENS = 350  # a window with its question
_PER_TEXT = 5  # as many as SQuAD asks about a paragraph
_MOST_SENTENCES = 8
_SHORTEST_WORD = 4


def ask_sentences(number: int) -> list[Asked]:
    """Ask for the longest words of real sentences, one to eight of them together.

    Args:
        number: how many questions; about five a text.
    """
    sentences = iter(read_corpus(SENTENCES).texts)
    sizes = cycle(range(1, _MOST_SENTENCES + 1))
    asked: list[Asked] = []
    while len(asked) < number:
        context = " ".join(next(sentences) for _ in range(next(sizes)))
        words = {word: None for word in context.split() if word.isalpha() and len(word) >= _SHORTEST_WORD}
        longest = sorted(words, key=len, reverse=True)[:_PER_TEXT]
        asked += [Asked(f"what is said about {word} ?", context) for word in longest]
    return asked[:number]


def ask_mixed(tokens_of: TokenCounter, *, texts: int) -> list[Query]:
    """Search many texts of mixed length, most of them short, for one answer at a time.

    Args:
        tokens_of: counts a text's tokens.
        texts: how many each question is asked of.
    """
    mixed = mixed_texts(
        read_corpus(SENTENCES).texts,
        mixed_lengths(texts, longest=_MOST_TOKENS),
        lambda words: tokens_of(words, special=False),
    )
    return [Query(f"what is said about the {subject} ?", tuple(mixed)) for subject in _SUBJECTS]


def ask_pages(tokens_of: TokenCounter, *, tokens: int) -> list[Query]:
    """Ask about hfkit's own documentation as one long text.

    Args:
        tokens_of: counts a text's tokens.
        tokens: the length of the text, but for the last word.
    """
    words = " ".join((_DOCS / f"{page}.md").read_text(encoding="utf-8") for page in _PAGES).split(" ")
    sizes = tokens_of(words, special=False)
    total = 0
    for end in count(1):
        total += sizes[end - 1]
        if total >= tokens or end == len(words):
            break
    return [Query(question, (" ".join(words[:end]),)) for question in _ABOUT_PAGES]
