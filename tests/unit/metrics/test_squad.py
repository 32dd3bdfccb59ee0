from __future__ import annotations

import pytest

from hfkit.metrics.squad import normalize_answer

CASES = {
    "The  Cat's\u00a0an-other\tTHE": "cats another",
    "a-the": "athe",
    "theatre of an ape": "theatre of ape",
    "“a” ‘the’": "“ ” ‘ ’",
    "...": "",
    "İ": "i\u0307",
    "\u3000a\u2003b\u200b": "b\u200b",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_an_answer_is_normalized_as_squad_does(text: str, expected: str) -> None:
    assert normalize_answer(text) == expected
