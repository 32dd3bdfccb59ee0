from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.testing.strategies import texts
from hfkit.text.near_duplicates import NearMatch, jaccard, matches_among, matches_within, sketch

WORDS = [
    "the",
    "film",
    "was",
    "dull",
    "and",
    "never",
    "good",
    "but",
    "a",
    "story",
    "of",
    "love",
    "is",
    "what",
    "one",
    "likes",
    "to",
    "see",
    "again",
]
SIMILAR = st.lists(st.sampled_from(WORDS), min_size=8, max_size=30).map(" ".join)


def within(given_texts: list[str], threshold: float) -> list[NearMatch]:
    return matches_within(sketch(given_texts), given_texts.__getitem__, threshold=threshold)


def among(given_texts: list[str], others: list[str], threshold: float) -> list[NearMatch]:
    return matches_among(
        sketch(given_texts),
        sketch(others),
        given_texts.__getitem__,
        others.__getitem__,
        threshold=threshold,
    )


def some_edits(rng: random.Random, words: list[str]) -> str:
    """A text with up to three words taken out, put in or replaced."""
    edited = list(words)
    for _ in range(rng.randint(0, 3)):
        place = rng.randrange(len(edited))
        edited[place : place + rng.randint(0, 1)] = rng.choices(WORDS, k=rng.randint(0, 1))
        edited = edited or ["none"]
    return " ".join(edited)


def many_texts(seed: int, count: int) -> list[str]:
    """Distinct texts of 5 to 40 words, each with some that are nearly the same."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        words = rng.choices(WORDS, k=rng.randint(5, 40))
        for _ in range(rng.randint(1, 4)):
            found[some_edits(rng, words)] = None
    kept = list(found)[:count]
    rng.shuffle(kept)
    return kept


@given(texts(), texts())
def test_similarity_is_the_share_of_common_pieces(first: str, second: str) -> None:
    """It is from 0 to 1, the same both ways, and 1 for a text and itself."""
    assert 0 <= jaccard(first, second) == jaccard(second, first) <= 1
    assert jaccard(first, first) == 1


@given(st.lists(SIMILAR, max_size=12), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_what_is_found_is_exact(some: list[str], threshold: float) -> None:
    """Every match is as similar as it says, no less than the threshold, and with an earlier text; one for a text."""
    found = within(some, threshold)
    for match in found:
        assert match.other < match.place
        assert match.similarity == jaccard(some[match.place], some[match.other]) >= threshold
    assert [match.place for match in found] == sorted({match.place for match in found})


@given(st.lists(SIMILAR, max_size=8), st.lists(SIMILAR, max_size=8), st.sampled_from([0.3, 0.8]))
def test_what_is_found_among_others_is_exact(some: list[str], others: list[str], threshold: float) -> None:
    """The same for the texts of another list."""
    found = among(some, others, threshold)
    for match in found:
        assert match.similarity == jaccard(some[match.place], others[match.other]) >= threshold
    assert [match.place for match in found] == sorted({match.place for match in found})


@given(st.lists(texts(), max_size=8, unique=True), st.data())
def test_a_copy_is_always_found(some: list[str], data: st.DataObject) -> None:
    """A text that stands there twice is found the second time, and so is one of another list."""
    if not some:
        assert within(some, 0.8) == among(some, ["a"], 0.8) == among(["a"], some, 0.8) == []
        return
    copied = data.draw(st.integers(0, len(some) - 1))
    assert within([*some, some[copied]], 1.0)[-1].place == len(some)
    (found,) = among([some[copied]], some, 1.0)
    assert some[found.other] == some[copied] or jaccard(some[found.other], some[copied]) == 1


@given(st.lists(texts(), max_size=8), st.integers(0, 8))
def test_a_text_is_sketched_by_itself(some: list[str], cut: int) -> None:
    """Sketches of a list are those of its parts, one after the other."""
    whole, parts = sketch(some), [sketch(some[:cut]), sketch(some[cut:])]
    assert np.array_equal(whole, np.concatenate(parts))


def pieces(text: str) -> set[str]:
    """The five-character pieces of a text that has as many."""
    return {text[start : start + 5] for start in range(len(text) - 4)}


def have_a_neighbor(some: list[str], others: list[list[str]]) -> set[int]:
    """The texts that are at least as similar as 0.8 to one of the others, each compared with each of its own."""
    found = set()
    known = {text: pieces(text) for text in {*some, *(other for many in others for other in many)}}
    for place, text in enumerate(some):
        own = known[text]
        for other in others[place]:
            shared = len(own & known[other])
            if shared >= 0.8 * (len(own) + len(known[other]) - shared):
                found.add(place)
                break
    return found


@pytest.mark.parametrize("seed", range(3))
def test_hardly_a_near_duplicate_is_missed(seed: int) -> None:
    """Of texts that have an earlier neighbor by brute force, at least 99 of 100 are found; 0.8 is the threshold."""
    some = many_texts(seed, 600)
    expected = have_a_neighbor(some, [some[:place] for place in range(len(some))])
    found = {match.place for match in within(some, 0.8)}
    assert len(expected) > 100
    assert found <= expected
    assert len(found) >= 0.99 * len(expected)


def test_hardly_one_of_another_list_is_missed() -> None:
    """The same between two lists."""
    some = many_texts(7, 900)
    own, others = some[:300], some[300:]
    expected = have_a_neighbor(own, [others] * len(own))
    found = {match.place for match in among(own, others, 0.8)}
    assert len(expected) > 50
    assert found <= expected
    assert len(found) >= 0.99 * len(expected)


def test_the_sketches_tell_how_similar_two_texts_are() -> None:
    """The share of equal entries of two sketches is near their similarity: on the mean of many within 0.02."""
    rng = random.Random(3)
    differences = []
    for _ in range(300):
        words = rng.choices(WORDS, k=30)
        pair = [" ".join(words), some_edits(rng, words)]
        one, other = sketch(pair).view(np.uint16)
        differences.append(float((one == other).mean()) - jaccard(*pair))
    assert abs(float(np.mean(differences))) < 0.02
    assert float(np.std(differences)) < 0.07
