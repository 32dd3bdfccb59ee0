from __future__ import annotations

import pytest

from hfkit.text.entity_tags import first_break


@pytest.mark.parametrize(
    ("tags", "broken"),
    [
        (["I-person", "O"], "'I-person' at word 0 goes on from 'O'"),
        (["B-person", "I-place"], "'I-place' at word 1 goes on from 'B-person'"),
        (["B-person", "S-place"], "'S-place' at word 1 is none of 'O', 'B-...' and 'I-...'"),
        (["B-person", "B-"], "'B-' at word 1 is none of 'O', 'B-...' and 'I-...'"),
        (["B-person", "o"], "'o' at word 1 is none of 'O', 'B-...' and 'I-...'"),
    ],
)
def test_a_break_is_named_with_its_word(tags: list[str], broken: str) -> None:
    assert first_break(tags) == broken


@pytest.mark.parametrize("tags", [[], ["O", "O"], ["NOUN", "VERB"], ["B-a", "B-a", "I-a", "O", "B-b"]])
def test_other_tags_are_whole(tags: list[str]) -> None:
    assert first_break(tags) is None
