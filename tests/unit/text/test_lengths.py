from __future__ import annotations

import re

import pytest

from hfkit.text.length_ratios import ratio_outliers, usual_ratio
from hfkit.text.lengths import cut_by, percentile


def test_without_numbers_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match=r"^there are no numbers, must be at least one$"):
        percentile([], 50)


@pytest.mark.parametrize("percent", [0, -1, 100.5, float("nan")])
def test_a_share_out_of_range_is_refused(percent: float) -> None:
    message = f"percent is {percent}, must be above 0 and at most 100"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        percentile([1], percent)


def test_nothing_longer_than_the_window_is_nothing_cut() -> None:
    assert cut_by([5, 4], window=5) == (0, 0.0)
    assert cut_by([], window=5) == (0, 0.0)


def test_the_usual_ratio_leaves_empty_sides_out() -> None:
    assert usual_ratio([10, 0, 10], [15, 30, 0]) == 1.5
    assert usual_ratio([0], [0]) == usual_ratio([], []) == 1.0


def test_a_pair_whose_sides_are_short_is_no_outlier() -> None:
    assert ratio_outliers([3, 30, 30, 30], [12, 30, 30, 5]) == [3]


def test_a_factor_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^factor is 0.5, must be at least 1$"):
        ratio_outliers([1], [1], factor=0.5)
    with pytest.raises(ValueError, match=r"^factor is nan, must be at least 1$"):
        ratio_outliers([1], [1], factor=float("nan"))
