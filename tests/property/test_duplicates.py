from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.duplicates import contradictions, digest, first_places, normalized, repeats

KEYS = st.lists(st.none() | st.sampled_from("abcd"), max_size=12)


@given(texts())
def test_normalizing_twice_is_normalizing_once(text: str) -> None:
    """What was taken off a text is not found again."""
    assert normalized(normalized(text)) == normalized(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_are_taken_as_all_others_are(text: str) -> None:
    """Texts of ASCII have a way of their own; a letter of another script at the end sends them the long one."""
    assert normalized(f"a {text} é") == f"{normalized(f'a {text}')} é"


@given(texts())
def test_copies_with_other_blanks_punctuation_and_case_are_equal(text: str) -> None:
    """Blanks and periods around a text with a letter in it change nothing."""
    assert normalized(f"a {text}") == normalized(f"\n A... {text} !")


@given(texts())
def test_no_normalized_text_has_a_blank_too_many(text: str) -> None:
    """There is none at the ends, and no two in a row; no line break is left."""
    assert normalized(text) == " ".join(normalized(text).split())


@given(st.lists(texts(), max_size=4), st.lists(texts(), max_size=4))
def test_equal_parts_and_no_others_have_equal_digests(first: list[str], second: list[str]) -> None:
    """Digests of 16 bytes tell all lists of texts apart, however their characters are cut into parts."""
    assert (digest(first) == digest(second)) == (first == second)
    assert digest(["".join(first), *second]) != digest([*first, *second]) or len(first) == 1
    assert len(digest(first)) == 16


@given(KEYS)
def test_repeats_are_those_of_a_search_through_all_pairs(keys: list[str | None]) -> None:
    """A place repeats the first equal one before it."""
    expected = []
    for place, key in enumerate(keys):
        earlier = [other for other in range(place) if key is not None and keys[other] == key]
        if earlier:
            expected.append((place, earlier[0]))
    assert repeats(keys) == expected


@given(KEYS, KEYS)
def test_repeats_among_others_are_those_of_a_search_through_all_pairs(
    keys: list[str | None], others: list[str | None]
) -> None:
    """A place repeats the first equal one among the others."""
    expected = [
        (place, others.index(key)) for place, key in enumerate(keys) if key is not None and key in others
    ]
    assert repeats(keys, first_places(others)) == expected


@given(st.lists(st.tuples(st.none() | st.sampled_from("ab"), st.integers(0, 2)), max_size=10))
def test_a_contradiction_is_a_repeat_with_another_answer(rows: list[tuple[str | None, int]]) -> None:
    """Of all repeats, those whose answer is not that of the first."""
    keys, answers = [key for key, _ in rows], [answer for _, answer in rows]
    found = contradictions(keys, answers)
    assert set(found) <= set(repeats(keys))
    assert all(
        (answers[place] != answers[first]) == ((place, first) in found) for place, first in repeats(keys)
    )
