"""From logits of tokens to words with labels, and to entities."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from hfkit.metrics.entities import find_entities
from hfkit.text.scores import softmax
from hfkit.values.provenance import Coverage
from hfkit.values.tagging import TaggedSpan, Tagging

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.text.arrays import FloatArray
    from hfkit.values.provenance import Source

    from .cut_texts import CutText
    from .tagged_words import ReadWords

__all__ = ["OUTSIDE", "tagging_of"]

OUTSIDE = "O"
"""The label of what is outside of all entities."""


def tagging_of(
    cut: CutText,
    read: ReadWords,
    logits: Sequence[FloatArray],
    *,
    labels: Sequence[str],
    marks: Mapping[str, str] | None,
    source: Source,
) -> Tagging:
    """Make the result of one text.

    Args:
        cut: the text and its words.
        read: how they were read.
        logits: of each window, shape ``[tokens, labels]``.
        labels: of the model.
        marks: what they mark, see :func:`~hfkit.text.entity_tags.entity_marks`.
        source: which model it is.
    """
    words = _words(cut, read, logits, labels)
    total = len(cut.text)
    return Tagging(
        text=cut.text,
        entities=_entities(cut.text, words, marks),
        words=words,
        coverage=Coverage(total if read.stop is None else cut.place_of(read.stop), total, len(read.rows)),
        source=source,
    )


def _words(
    cut: CutText, read: ReadWords, logits: Sequence[FloatArray], labels: Sequence[str]
) -> tuple[TaggedSpan, ...]:
    places = [place for place in read.places if place is not None]
    scores = softmax(np.stack([logits[row][token] for row, token in places])) if places else np.empty((0, 1))
    best = zip(scores.argmax(axis=-1).tolist(), scores.max(axis=-1).tolist(), strict=True)
    found = []
    for place, word, (start, end) in zip(read.places, cut.words, cut.spans, strict=False):
        if place is not None:
            number, score = next(best)
            found.append(TaggedSpan(word, labels[number], score, start, end))
        elif cut.given:
            found.append(TaggedSpan(word, OUTSIDE, 1.0, start, end))
    return tuple(found)


def _entities(
    text: str, words: Sequence[TaggedSpan], marks: Mapping[str, str] | None
) -> tuple[TaggedSpan, ...]:
    if marks is None:
        return tuple(words)
    found = []
    for entity in find_entities([marks[word.label] for word in words]):
        parts = words[entity.start : entity.end]
        start, end = parts[0].start, parts[-1].end
        score = fsum(part.score for part in parts) / len(parts)
        found.append(TaggedSpan(text[start:end], entity.type, score, start, end))
    return tuple(found)
