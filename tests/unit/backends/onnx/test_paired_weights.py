"""Rounding to 8 bits so that two products fit in 16."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hfkit.backends.onnx.paired_weights import rounded_in_pairs
from hfkit.backends.onnx.whole_numbers import rounded

CHANCE = np.random.default_rng(7)
SIZES = st.tuples(st.integers(1, 9), st.integers(1, 3))
WEIGHTS = st.one_of(
    st.floats(-10, 10, width=32, allow_subnormal=False),
    st.sampled_from([0.0, 1.0, -1.0, 127.0, -127.5, 1e-30]),
)


def added_in_16_bits(whole: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Multiply as a processor with AVX2 and without VNNI does: two products at a time, cut off where 16 bits end."""
    rows = len(whole) + len(whole) % 2
    padded = np.zeros((rows, whole.shape[1]), dtype=np.int64)
    padded[: len(whole)] = whole
    inputs = np.zeros(rows, dtype=np.int64)
    inputs[: len(given)] = given
    products = (padded * inputs[:, None]).reshape(-1, 2, whole.shape[1]).sum(axis=1)
    return np.asarray(np.clip(products, -(2**15), 2**15 - 1).sum(axis=0))


@given(arrays(np.float32, SIZES, elements=WEIGHTS))
def test_no_processor_cuts_off_what_two_weights_give_together(matrix: np.ndarray) -> None:
    whole, _ = rounded_in_pairs(matrix)
    for given_bits in (np.full(len(matrix), 255), np.arange(len(matrix)) * 31 % 256):
        exact = (whole.astype(np.int64) * given_bits[:, None]).sum(axis=0)
        assert (added_in_16_bits(whole, given_bits) == exact).all()


@given(arrays(np.float32, SIZES, elements=WEIGHTS))
def test_no_weight_is_further_away_than_a_step(matrix: np.ndarray) -> None:
    whole, steps = rounded_in_pairs(matrix)
    assert whole.shape == matrix.shape
    assert steps.shape == (1, matrix.shape[1])
    assert np.abs(whole.astype(int)).max() <= 127
    assert (np.abs(whole * steps.astype(float) - matrix) <= steps * 1.001).all()


@pytest.mark.parametrize("rows", [384, 1536, 33])
def test_the_error_is_less_than_half_of_that_with_seven_bits(rows: int) -> None:
    matrix = CHANCE.normal(size=(rows, 64)).astype(np.float32)
    found, seven = (
        float(np.square(whole * steps - matrix).sum())
        for whole, steps in (rounded_in_pairs(matrix), rounded(matrix, axis=0, top=63))
    )
    assert found < 0.5 * seven


def test_two_neighbours_that_are_both_rounded_up_give_way_together() -> None:
    matrix = np.array(
        [[64.5], [63.5], [-127.0], [-1.0]], dtype=np.float32
    )  # 128 together, 64 + 64 or 65 + 64
    whole, steps = rounded_in_pairs(matrix)
    assert steps.tolist() == [[1.0]]
    assert np.abs(whole.astype(int).reshape(2, 2).sum(axis=1)).tolist() == [128, 128]
    assert (np.abs(whole - matrix) <= 0.5).all()
