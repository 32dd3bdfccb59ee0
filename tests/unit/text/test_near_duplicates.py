from __future__ import annotations

import re

import pytest

from hfkit.text import near_duplicates
from hfkit.text.near_duplicates import jaccard, matches_among, matches_within, sketch


@pytest.mark.parametrize("threshold", [0, -0.5, 1.01, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    message = f"^threshold is {re.escape(str(threshold))}, must be above 0 and at most 1$"
    empty = sketch([])
    with pytest.raises(ValueError, match=message):
        matches_within(empty, str, threshold=threshold)
    with pytest.raises(ValueError, match=message):
        matches_among(empty, empty, str, str, threshold=threshold)


def test_short_texts_are_one_piece_each() -> None:
    assert jaccard("yes", "yet") == 0
    assert matches_within(sketch(["yes", "yet", "y"]), ["yes", "yet", "y"].__getitem__, threshold=0.1) == []


def test_a_sketch_takes_128_bytes_however_long_a_text_is() -> None:
    signatures = sketch(["a" * 10, "word " * 50_000])
    assert (signatures.shape, signatures.nbytes) == ((2, 16), 256)


def test_texts_without_blanks_have_neighbors_too() -> None:
    long = "机器学习是人工智能的一个分支它使计算机能够从数据中学习而无需明确编程"
    (match,) = matches_within(sketch([long, f"{long}了"]), [long, f"{long}了"].__getitem__)
    assert (match.place, match.other) == (1, 0)


def test_many_that_are_alike_are_found_in_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    share = near_duplicates._share

    def counted(one: set[str], other: set[str]) -> float:
        nonlocal compared
        compared += 1
        return share(one, other)

    monkeypatch.setattr(near_duplicates, "_share", counted)
    body = "I would like to transfer some of my money to the account of a friend of mine, number "
    alike = [f"{body}{number:05}" for number in range(3000)]
    assert len(matches_within(sketch(alike), alike.__getitem__)) == 2999
    assert compared <= 4 * 3000


def test_many_that_are_nearly_near_are_compared_a_few_times_each(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def never(*_: set[str]) -> float:
        nonlocal compared
        compared += 1
        return 0.0

    monkeypatch.setattr(near_duplicates, "_share", never)
    alike = [f"What is the balance of the account with the number {number:04}?" for number in range(500)]
    assert matches_within(sketch(alike), alike.__getitem__) == []
    assert 500 < compared <= 4 * 500


def test_a_short_text_is_not_that_of_another_with_nuls_behind_it() -> None:
    some = ["", "\0", "\0"]
    (found,) = matches_within(sketch(some), some.__getitem__, threshold=1.0)
    assert (found.place, found.other) == (2, 1)
