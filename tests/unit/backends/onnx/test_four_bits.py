"""Rounding to 4 bits in blocks."""

from __future__ import annotations

import numpy as np
import pytest

from hfkit.backends.onnx.four_bits import packed_pairs, rounded_to_four_bits

CHANCE = np.random.default_rng(3)


def unpacked(pairs: np.ndarray) -> np.ndarray:
    return np.stack((pairs & 15, pairs >> 4), axis=-1).reshape(*pairs.shape[:-1], -1)


@pytest.mark.parametrize("shape", [(1, 32), (7, 64)])
def test_the_error_is_less_than_with_the_whole_range(shape: tuple[int, int]) -> None:
    blocks = CHANCE.normal(size=shape).astype(np.float32)
    whole, steps, zeros = rounded_to_four_bits(blocks)
    assert whole.max() <= 15
    found = (whole.astype(np.float32) - zeros[:, None]) * steps[:, None]
    errors = np.square(found - blocks).sum(axis=1)
    step = (blocks.max(axis=1) - blocks.min(axis=1))[:, None] / 15
    plain = np.square(np.rint(blocks / step) * step - blocks).sum(axis=1)
    assert (errors <= plain * 1.01).all()
    assert (np.abs(found - blocks).max(axis=1) < 3 * steps).all()


def test_zeros_and_blocks_of_one_sign_stay_what_they_are() -> None:
    blocks = np.array([[0.0] * 4, [1.0] * 4, [-2.0, -2.0, 0.0, 0.0]], dtype=np.float32)
    whole, steps, zeros = rounded_to_four_bits(blocks)
    found = (whole.astype(np.float32) - zeros[:, None]) * steps[:, None]
    np.testing.assert_allclose(found, blocks, atol=1e-6)


def test_pairs_are_unpacked_as_they_were() -> None:
    whole = CHANCE.integers(16, size=(5, 2, 8)).astype(np.uint8)
    np.testing.assert_array_equal(unpacked(packed_pairs(whole)), whole)
    np.testing.assert_array_equal(unpacked(packed_pairs(whole[..., :7]))[..., :7], whole[..., :7])
