"""Texts and words as what a tagger reads, and how much of them it has read."""

from __future__ import annotations

import pytest

from hfkit.engines.cut_texts import cut_text
from hfkit.values.inputs import Words


def test_a_text_keeps_its_own_places() -> None:
    cut = cut_text("Ada  wrote it.\n")
    assert cut.words == ("Ada", "wrote", "it", ".")
    assert [cut.text[start:end] for start, end in cut.spans] == list(cut.words)
    assert not cut.given


def test_words_stand_in_their_own_text() -> None:
    cut = cut_text(Words(["New York", "", "it", "."]))
    assert cut.text == "New York  it ."
    assert [cut.text[start:end] for start, end in cut.spans] == ["New York", "", "it", "."]
    assert cut.given


@pytest.mark.parametrize(
    ("read", "place"),
    [(0, 0), (2, 2), (3, 3), (4, 3), (5, 6), (9, 10), (11, 12), (12, 13), (13, 13), (14, 15)],
)
def test_what_was_read_of_the_words_was_read_of_the_text(read: int, place: int) -> None:
    # "Ada wrote it ." is what is read
    assert cut_text("Ada  wrote it.\n").place_of(read) == place
