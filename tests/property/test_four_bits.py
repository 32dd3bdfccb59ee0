"""What 4 bits can hold is kept."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hfkit.backends.onnx.block_fit import fit_blocks
from hfkit.backends.onnx.four_bits import in_four_bits

STEPS = st.floats(0.25, 1)


def restored(rows: np.ndarray) -> np.ndarray:
    made = in_four_bits(rows)
    whole, zeros = (
        np.stack((pairs & 15, pairs >> 4), axis=-1).reshape(len(rows), -1).astype(np.float64)
        for pairs in (made.pairs, made.zeros)
    )
    width, blocks = rows.shape[1], made.steps.roots.shape[1]
    numbers = (whole - np.repeat(zeros[:, :blocks], 32, axis=1)) * np.repeat(made.steps.sizes, 32, axis=1)
    return numbers[:, :width] + np.repeat(numbers[:, width : width + width // 32], 32, axis=1)


def grids(steps: np.ndarray, shifts: np.ndarray, seed: int) -> np.ndarray:
    """Make a row of blocks that have 16 values each, both ends among them, around 0."""
    whole = np.random.default_rng(seed).integers(16, size=(len(steps), 32))
    whole[:, 0], whole[:, 1] = 0, 15
    row: np.ndarray = (steps[:, None] * (whole - shifts[:, None])).astype(np.float32)
    return row


@given(st.lists(STEPS, min_size=1, max_size=40), st.data())
def test_a_grid_is_found(steps: list[float], data: st.DataObject) -> None:
    """Of a block that has 16 values at equal distances around 0, the step and the lowest value are found."""
    shifts = np.array(data.draw(st.lists(st.floats(0, 15), min_size=len(steps), max_size=len(steps))))
    blocks = grids(np.array(steps), shifts, data.draw(st.integers(0, 99)))
    found, lows = fit_blocks(blocks)
    np.testing.assert_allclose(found, steps, rtol=1e-4)
    np.testing.assert_allclose(lows, -shifts * steps, atol=1e-4)


@settings(max_examples=50)
@given(st.lists(STEPS, min_size=1, max_size=40), st.data())
def test_a_grid_is_kept_up_to_what_is_stored(steps: list[float], data: st.DataObject) -> None:
    """A block that is on a grid already changes by less than a tenth of the largest step, far less than a half."""
    shifts = np.array(data.draw(st.lists(st.floats(0, 15), min_size=len(steps), max_size=len(steps))))
    blocks = grids(np.array(steps), shifts, data.draw(st.integers(0, 99)))
    rows = blocks.reshape(1, -1)
    assert np.abs(restored(rows) - rows).max() < 0.1 * max(steps)


@given(st.integers(0, 999), st.floats(-30, 30))
def test_a_power_of_two_changes_no_whole_number(seed: int, power: float) -> None:
    """The same weights times a power of two are the same whole numbers, of steps as much larger."""
    rows = np.random.default_rng(seed).normal(size=(2, 64)).astype(np.float32)
    factor = np.float32(2.0 ** round(power))
    one, other = in_four_bits(rows), in_four_bits(rows * factor)
    np.testing.assert_array_equal(one.pairs, other.pairs)
    np.testing.assert_array_equal(one.zeros, other.zeros)
    np.testing.assert_array_equal(one.steps.sizes * factor, other.steps.sizes)
