"""The laws of pooling: from vectors of tokens to one of the text."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from hfkit.text.token_pooling import TokenPooling, pool_tokens, unit_rows

NUMBERS = st.floats(-1e3, 1e3, width=32)
STATES = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=NUMBERS)
ONE = [pooling for pooling in get_args(TokenPooling) if pooling != "mean_sqrt_len_tokens"]


@given(STATES, st.sampled_from(get_args(TokenPooling)))
def test_a_single_token_is_its_own_pooling(states: np.ndarray, pooling: TokenPooling) -> None:
    assert pool_tokens(states[:1], [pooling]) == pytest.approx(states[0])


@given(STATES, st.sampled_from(ONE), st.integers(1, 9))
def test_a_repeated_token_pools_to_itself(states: np.ndarray, pooling: TokenPooling, times: int) -> None:
    repeated = np.repeat(states[:1], times, axis=0)
    assert pool_tokens(repeated, [pooling]) == pytest.approx(states[0], rel=1e-5, abs=1e-5)


@given(STATES, st.lists(st.sampled_from(get_args(TokenPooling)), min_size=1, max_size=3))
def test_several_poolings_are_each_its_own(states: np.ndarray, poolings: list[TokenPooling]) -> None:
    parts = [pool_tokens(states, [pooling]) for pooling in poolings]
    assert np.array_equal(pool_tokens(states, poolings), np.concatenate(parts))


@given(STATES)
def test_unit_rows_have_the_length_one_and_keep_their_direction(rows: np.ndarray) -> None:
    found = unit_rows(rows)
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    long = lengths > 1e-6
    assert np.linalg.norm(found[long], axis=1) == pytest.approx(1, abs=1e-5)
    assert found[long] * lengths[long, None] == pytest.approx(rows[long], rel=1e-4, abs=1e-4)
