"""Steps and lowest values that fit blocks."""

from __future__ import annotations

import numpy as np
import pytest

from hfkit.backends.onnx.block_fit import fit_blocks

CHANCE = np.random.default_rng(3)


def left(blocks: np.ndarray, steps: np.ndarray, lows: np.ndarray) -> np.ndarray:
    whole = np.clip(np.rint((blocks - lows[:, None]) / np.where(steps > 0, steps, 1)[:, None]), 0, 15)
    errors: np.ndarray = np.square(blocks - lows[:, None] - steps[:, None] * whole).sum(axis=1)
    return errors


@pytest.mark.parametrize("shape", [(50, 32), (50, 64)])
def test_the_error_is_no_larger_than_with_the_least_and_the_largest_as_ends(shape: tuple[int, int]) -> None:
    blocks = CHANCE.normal(size=shape).astype(np.float32)
    low, high = blocks.min(axis=1), blocks.max(axis=1)
    found = left(blocks, *fit_blocks(blocks))
    plain = left(blocks, (high - low) / 15, low)
    assert (found <= plain * 1.01).all()
    assert found.sum() < 0.9 * plain.sum()


def test_the_lowest_is_not_above_0_and_the_highest_not_below() -> None:
    blocks = CHANCE.normal(size=(200, 32)).astype(np.float32)
    steps, lows = fit_blocks(np.concatenate((blocks, np.abs(blocks), -np.abs(blocks))))
    assert (lows <= 0).all()
    assert (lows + 15 * steps >= -1e-6).all()


def test_zeros_have_no_step_and_blocks_of_one_number_keep_it() -> None:
    blocks = np.array([[0.0] * 4, [1.0] * 4, [-2.0] * 4], dtype=np.float32)
    steps, lows = fit_blocks(blocks)
    assert (steps[0], lows[0]) == (0, 0)
    np.testing.assert_allclose(left(blocks, steps, lows), 0, atol=1e-10)
