"""QAMR's questions in passages: their sentences among others, from few to many."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING

from hfkit.text.squad import AnswerText, SquadExample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qamr import Asked, Sentence

# Words that do not say what a question is about, among those of four letters and more.
_EMPTY_WORDS = frozenset(
    {"does", "from", "have", "kind", "many", "much", "that", "there", "they", "this"}
    | {"what", "when", "where", "which", "with"}
)
_SHORT = 3

_AGREED = 2


def split_by_content(
    asked: Sequence[Asked], few: int, many: int, *, seed: int
) -> tuple[list[Asked], list[Asked]]:
    """Choose questions for single sentences and for passages.

    A question of few words ("What kind?") is clear beside one sentence only, so the passages get the
    questions with the most to go by. Only answers that two annotators gave are taken.

    Returns:
        ``few`` questions for sentences, ``many`` for passages, both in random order.
    """
    chance = random.Random(seed)  # noqa: S311  # a fixed order, not a secret
    agreed = [each for each in asked if each.votes >= _AGREED]
    chance.shuffle(agreed)
    agreed.sort(key=_content, reverse=True)
    rich, poor = agreed[:many], agreed[many:]
    chance.shuffle(rich)
    chance.shuffle(poor)
    return poor[:few], rich


def _content(asked: Asked) -> int:
    """Count the words that say what a question is about."""
    words = asked.question.rstrip("?").lower().split()
    return sum(len(word) > _SHORT and word not in _EMPTY_WORDS for word in words)


def alone(asked: Asked) -> SquadExample:
    """Ask about the sentence itself."""
    return _example(asked, [asked.sentence])


class Surroundings:
    """Sentences to put around one: others of its article, or of any where it has no more."""

    def __init__(self, sentences: Sequence[Sentence], *, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self._all = sentences
        self._articles: dict[str, list[Sentence]] = defaultdict(list)
        for sentence in sentences:
            self._articles[sentence.article].append(sentence)

    def passage(self, asked: Asked, size: int) -> SquadExample:
        """Ask about a passage of that many sentences, the right one anywhere among them."""
        near = [each for each in self._articles[asked.sentence.article] if each is not asked.sentence]
        far = [
            each for each in self._chance.sample(self._all, size) if each.article != asked.sentence.article
        ]
        self._chance.shuffle(near)
        others = [*near, *far][: size - 1]
        self._chance.shuffle(others)
        others.insert(self._chance.randint(0, len(others)), asked.sentence)
        return _example(asked, others)


def _example(asked: Asked, sentences: Sequence[Sentence]) -> SquadExample:
    """Join the sentences; the answer moves with its own."""
    start = 0
    for sentence in sentences:
        if sentence is asked.sentence:
            break
        start += len(sentence.text) + 1
    answer = AnswerText(asked.sentence.text[asked.start : asked.end], start + asked.start)
    return SquadExample(asked.question, " ".join(each.text for each in sentences), (answer,))
