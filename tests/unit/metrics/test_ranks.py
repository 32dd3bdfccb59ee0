from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from hfkit.errors import InputError
from hfkit.metrics.ranks import rank_correlation

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=12)


@given(PAIRS)
def test_as_scipy_computes_it(pairs: list[tuple[int, int]]) -> None:
    one, other = zip(*pairs, strict=True)
    found = rank_correlation(one, other)
    if len(set(one)) > 1 and len(set(other)) > 1:
        assert found == pytest.approx(spearmanr(one, other).statistic, abs=1e-12)
    else:
        assert found == (len(set(one)) == len(set(other)))


def test_an_order_that_is_reversed() -> None:
    assert rank_correlation([1.0, 2.0, 3.0], [0.3, 0.2, 0.1]) == -1.0


@pytest.mark.parametrize(("one", "other"), [([1.0], [2.0]), ([1.0, 2.0], [1.0]), ([], [])])
def test_each_thing_has_both_numbers(one: list[float], other: list[float]) -> None:
    with pytest.raises(InputError, match=f"there are {len(one)} and {len(other)} numbers"):
        rank_correlation(one, other)


def test_what_is_no_number_has_no_rank() -> None:
    with pytest.raises(InputError, match="not finite"):
        rank_correlation([1.0, math.nan], [1.0, 2.0])
