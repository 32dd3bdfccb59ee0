"""Laws of Tag, on the fake backend."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hfkit
from hfkit.testing.strategies import readable_texts
from hfkit.text.word_splitting import split_words

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = readable_texts(max_size=40)
WORDS = st.lists(st.text("aB1.\u200b世 ", max_size=4), min_size=1, max_size=12).map(lambda some: [*some, "a"])
INPUTS = TEXTS | WORDS.map(hfkit.Words)


@pytest.fixture(scope="module")
def tag(fake_tagger: Path) -> hfkit.Tag:
    return hfkit.Tag(fake_tagger, runtime=hfkit.Runtime(backend="fake", progress="never")).load()


@given(item=INPUTS, window=st.integers(3, 64))
def test_spans_are_parts_of_the_text(tag: hfkit.Tag, item: str | hfkit.Words, window: int) -> None:
    """Every span's text stands where it says; words follow each other, and so do entities, each of whole words."""
    result = tag.with_(window=window)(item)
    assert result.text == (item.text if isinstance(item, hfkit.Words) else item)
    assert result.coverage.complete
    for spans in (result.entities, result.words):
        assert all(result.text[one.start : one.end] == one.text for one in spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))
        assert all(0 <= one.score <= 1 for one in spans)
    starts, ends = ({getattr(word, side) for word in result.words} for side in ("start", "end"))
    assert all(entity.start in starts and entity.end in ends for entity in result.entities)
    if isinstance(item, hfkit.Words):
        assert tuple(word.text for word in result.words) == item.words
    else:
        assert {(word.start, word.end) for word in result.words} <= set(split_words(item))


@given(text=TEXTS)
def test_a_text_is_read_as_its_words(tag: hfkit.Tag, text: str) -> None:
    """The words of a text have the labels that they have when somebody else cuts it so."""
    words = [text[start:end] for start, end in split_words(text)]
    given_ = tag(hfkit.Words(words))
    found = {word.start: word for word in tag(text).words}
    for (start, _), word in zip(split_words(text), given_.words, strict=True):
        if start in found:
            assert found[start].label == word.label
            assert found[start].score == pytest.approx(word.score, abs=1e-5)
        else:
            assert word.label == "O"


@given(items=st.lists(INPUTS, max_size=6), budget=st.integers(1, 300), window=st.integers(4, 64))
def test_labels_do_not_depend_on_batching(
    tag: hfkit.Tag, items: list[str | hfkit.Words], budget: int, window: int
) -> None:
    """An input has the same labels in a batch of any size as alone."""
    runtime = hfkit.Runtime(backend="fake", progress="never", batch_tokens=budget)
    facade = tag.with_(runtime=runtime, window=window)
    assert [one.labels for one in facade.batch(items)] == [facade(item).labels for item in items]
    assert [one.labels for one in facade.map(items)] == [facade(item).labels for item in items]


@given(text=TEXTS, window=st.integers(3, 20))
def test_what_is_cut_is_told(tag: hfkit.Tag, text: str, window: int) -> None:
    """Words that are given begin in what was read, and a text that fits is read whole."""
    result = tag.with_(window=window, overflow="truncate")(text)
    assert result.coverage.windows == 1
    assert all(word.start < result.coverage.read for word in result.words)
    if result.coverage.complete:
        assert result.words == tag(text).words
