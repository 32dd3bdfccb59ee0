from __future__ import annotations

import pytest

from hfkit.text.entity_tags import entity_marks, first_break


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


@pytest.mark.parametrize(
    ("labels", "marks"),
    [
        (["O", "B-a", "I-a"], {"O": "O", "B-a": "B-a", "I-a": "I-a"}),
        (["O", "I-a", "E-a", "S-b-c"], {"O": "O", "I-a": "I-a", "E-a": "E-a", "S-b-c": "S-b-c"}),
        (["B-a", "L-a", "U-a", "M-a"], {"B-a": "B-a", "L-a": "E-a", "U-a": "S-a", "M-a": "I-M-a"}),
        (["O", "place", "S-Bahn"], {"O": "O", "place": "I-place", "S-Bahn": "I-S-Bahn"}),
        (["NOUN", "VERB"], None),
        (["LABEL_0", "LABEL_1"], None),
    ],
)
def test_labels_mark_entities(labels: list[str], marks: dict[str, str] | None) -> None:
    assert entity_marks(labels) == marks
