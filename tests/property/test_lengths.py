from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.length_ratios import ratio_outliers, usual_ratio
from hfkit.text.lengths import cut_by, percentile

LENGTHS = st.lists(st.integers(0, 500), min_size=1, max_size=60)
PAIRS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=40)


@given(LENGTHS, st.integers(1, 100))
def test_a_percentile_is_numpys_by_the_inverted_distribution(lengths: list[int], percent: int) -> None:
    """The nearest rank is what numpy calls ``inverted_cdf``."""
    assert percentile(sorted(lengths), percent) == np.percentile(lengths, percent, method="inverted_cdf")


@given(LENGTHS, st.integers(1, 400))
def test_what_is_cut_and_what_is_left_make_the_whole(lengths: list[int], window: int) -> None:
    """The share that is cut is that of what windows would not read."""
    rows, share = cut_by(lengths, window)
    left = sum(min(length, window) for length in lengths)
    assert rows == sum(length > window for length in lengths)
    assert abs(share * sum(lengths) - (sum(lengths) - left)) < 1e-6


@given(PAIRS, st.floats(1, 10))
def test_an_outlier_is_beyond_the_factor_and_no_other_pair_is(
    pairs: list[tuple[int, int]], factor: float
) -> None:
    """Ratios of all pairs but the short and the empty ones are within the factor of the usual one, or are outliers."""
    firsts, seconds = [first for first, _ in pairs], [second for _, second in pairs]
    usual = usual_ratio(firsts, seconds)
    for place in set(range(len(pairs))) - set(ratio_outliers(firsts, seconds, factor=factor)):
        first, second = pairs[place]
        assert (
            not first
            or not second
            or max(first, second) < 20
            or 1 / factor <= second / first / usual <= factor
        )


@given(PAIRS)
def test_turned_pairs_have_the_turned_ratio(pairs: list[tuple[int, int]]) -> None:
    """Pairs of equal sides are usual, and never outliers among themselves."""
    sides = [first for first, _ in pairs]
    assert usual_ratio(sides, sides) == 1
    assert ratio_outliers(sides, sides) == []
