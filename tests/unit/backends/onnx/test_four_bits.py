"""Rounding to 4 bits in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from hfkit.backends.onnx.four_bits import FourBitRows, in_four_bits, packed_pairs

CHANCE = np.random.default_rng(3)


def unpacked(pairs: np.ndarray) -> np.ndarray:
    return np.stack((pairs & 15, pairs >> 4), axis=-1).reshape(*pairs.shape[:-1], -1)


def restored(rows: FourBitRows, width: int) -> np.ndarray:
    """Give the weights that rows stand for, sums and all."""
    whole = unpacked(rows.pairs).astype(np.float64)
    zeros = unpacked(rows.zeros)[:, : whole.shape[1], None]
    numbers: np.ndarray = ((whole - zeros) * rows.steps.sizes[:, :, None]).reshape(len(whole), -1)
    sums = np.repeat(numbers[:, width : width + width // 32], 32, axis=1)
    return np.asarray(numbers[:, :width] + sums)


@pytest.mark.parametrize("width", [32, 96, 1024, 1120])
def test_shapes_are_those_of_blocks_and_of_weights_for_their_sums(width: int) -> None:
    rows = in_four_bits(CHANCE.normal(size=(3, width)).astype(np.float32))
    blocks = width // 32 + -(-width // 1024)
    assert rows.pairs.shape == (3, blocks, 16)
    assert rows.zeros.shape == (3, -(-blocks // 2))
    assert rows.steps.roots.shape == (3, blocks)


def test_the_error_is_less_than_with_whole_numbers_as_zeros() -> None:
    rows = CHANCE.normal(size=(40, 320)).astype(np.float32)
    blocks = rows.reshape(-1, 32)
    low, high = blocks.min(axis=1, keepdims=True), blocks.max(axis=1, keepdims=True)
    step = (high - low) / 15
    zeros = np.rint(-low / step)
    plain = (np.clip(np.rint(blocks / step) + zeros, 0, 15) - zeros) * step
    error = np.square(restored(in_four_bits(rows), 320) - rows).sum()
    assert error < 0.8 * np.square(plain - blocks).sum()


def test_what_is_rounded_at_a_time_changes_nothing() -> None:
    rows = CHANCE.normal(size=(300, 640)).astype(np.float32)
    rows[0, 0] = 9  # the largest step is that of the first rows
    small = in_four_bits(rows)
    some = in_four_bits(rows[:9])
    for name in ("pairs", "zeros"):
        np.testing.assert_array_equal(getattr(small, name)[:9], getattr(some, name))


def test_one_large_number_spoils_only_its_block() -> None:
    rows = CHANCE.normal(size=(2, 320)).astype(np.float32)
    rows[0, 40] = 1000
    wrong = np.abs(restored(in_four_bits(rows), 320) - rows)
    assert wrong[0, 32:64].max() > 1
    wrong[0, 32:64] = 0
    assert wrong.max() < 0.6


def test_zeros_stay_zeros() -> None:
    for rows in (np.zeros((2, 64), dtype=np.float32), np.eye(2, 64, dtype=np.float32)):
        np.testing.assert_allclose(restored(in_four_bits(rows), 64), rows, atol=1e-6)


def test_pairs_are_unpacked_as_they_were() -> None:
    whole = CHANCE.integers(16, size=(5, 2, 8)).astype(np.uint8)
    np.testing.assert_array_equal(unpacked(packed_pairs(whole)), whole)
    np.testing.assert_array_equal(unpacked(packed_pairs(whole[..., :7]))[..., :7], whole[..., :7])
