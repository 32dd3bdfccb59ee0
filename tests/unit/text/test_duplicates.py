from __future__ import annotations

import re

import pytest

from hfkit.text.duplicates import contradictions, digest, normalized


@pytest.mark.parametrize(
    "copy",
    ["The film, dull!", " the  film\n dull", "THE FILM - DULL", "Ｔｈｅ film。dull", "“The film” … dull?"],
)
def test_copies_are_equal(copy: str) -> None:
    assert normalized(copy) == "the film dull"


@pytest.mark.parametrize(
    ("one", "other"), [("$5", "€5"), (":)", ":("), ("1.5", "15"), ("c", "c++"), ("good 👍", "good 👎")]
)
def test_signs_that_mean_something_stay(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


def test_case_is_that_of_all_scripts() -> None:
    assert normalized("STRASSE ΟΔΟΣ") == normalized("straße οδος")


def test_half_of_a_surrogate_pair_has_a_digest() -> None:
    assert digest(("\ud83d",)) != digest(("\ud83e",))


def test_keys_and_answers_must_be_as_many() -> None:
    message = "there are 2 keys and 1 answers, must be as many of both"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        contradictions(["a", "b"], [1])
