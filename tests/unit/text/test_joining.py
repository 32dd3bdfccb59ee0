from __future__ import annotations

import pytest

from hfkit.text.joining import replace_spans


@pytest.mark.parametrize(
    ("text", "spans", "replacements", "expected"),
    [
        ("\n One.  Two.\n", [(2, 6), (8, 12)], ["Eins.", "Zwei."], "\n Eins.  Zwei.\n"),
        ("一。二。", [(0, 2), (2, 4)], ["One.", "Two."], "One. Two."),
        ("一。二。", [(0, 2), (2, 4)], ["いち。", "に。"], "いち。に。"),
        ("一。二。", [(0, 2), (2, 4)], ["하나.", "둘."], "하나. 둘."),
        ("一。二。", [(0, 2), (2, 4)], ["", "Two."], "Two."),
        ("一。二。", [(0, 2), (2, 4)], ["One. ", "Two."], "One. Two."),
    ],
)
def test_a_blank_comes_where_sentences_touched_that_need_one(
    text: str, spans: list[tuple[int, int]], replacements: list[str], expected: str
) -> None:
    assert replace_spans(text, spans, replacements) == expected


def test_there_is_one_replacement_for_each_part() -> None:
    with pytest.raises(ValueError, match=r"^zip\(\) argument "):
        replace_spans("One.", [(0, 4)], [])
