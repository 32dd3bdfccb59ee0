"""Float32 weights as whole numbers of 4 bits, in blocks that have a step of their own and begin wherever they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .block_fit import TOP, fit_blocks
from .stored_steps import StoredSteps, step_unit, store_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hfkit.text.arrays import FloatArray

__all__ = ["BLOCK", "FourBitRows", "in_four_bits", "packed_pairs"]

BLOCK = 32
"""Weights that share a step."""

# What stands for 0 among the fractions of zeros.
_MIDDLE = 8

# Numbers that are rounded at a time; what is computed on the way stays in a processor's cache.
_AT_A_TIME = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class FourBitRows:
    """Rows in 4 bits, as ``MatMulNBits`` takes them.

    A block's zero is a whole number there, which costs more than all else. So what it leaves over is kept too: as a
    weight, of 4 bits as well, for the sum of what the block is multiplied with. Rows are longer by one such weight
    for each block, and what is multiplied with them by these sums (:mod:`hfkit.backends.onnx.block_sums`).

    Attributes:
        pairs: the whole numbers of the blocks and of the weights for sums, two in a byte, ``[rows, blocks, 16]``.
        zeros: the whole number that stands for 0 in each block, two in a byte, ``[rows, blocks / 2]``.
        steps: the step of each block, ``[rows, blocks]``.
    """

    pairs: NDArray[np.uint8]
    zeros: NDArray[np.uint8]
    steps: StoredSteps


def in_four_bits(rows: FloatArray) -> FourBitRows:
    """Round rows to 4 bits in blocks.

    The step and the zero of a block are rounded to what is stored before its weights are rounded to them.

    Args:
        rows: weights, of a whole number of blocks each.
    """
    parts = np.array_split(rows, max(1, rows.size // _AT_A_TIME))
    fits = [fit_blocks(part.reshape(-1, BLOCK)) for part in parts]
    unit = step_unit(np.concatenate([steps for steps, _ in fits]))
    rounded = [
        _rounded(part.reshape(len(part), -1, BLOCK), *fit, unit)
        for part, fit in zip(parts, fits, strict=True)
    ]
    whole, zeros, roots = (np.concatenate(found) for found in zip(*rounded, strict=True))
    return FourBitRows(packed_pairs(whole), packed_pairs(zeros), StoredSteps(roots, unit))


def _rounded(
    blocks: FloatArray, steps: FloatArray, lows: FloatArray, unit: np.float32
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Round rows of blocks; give whole numbers, zeros, and the roots of steps, those for sums behind the others."""
    count, width, _ = blocks.shape
    kept = store_steps(steps.reshape(count, width, 1), unit)
    whole = _whole((blocks - lows.reshape(count, width, 1)) / kept.sizes)
    begins: FloatArray = (blocks - kept.sizes * whole).mean(axis=2, keepdims=True)
    zeros = _whole(-begins / kept.sizes)
    left: FloatArray = np.zeros((count, -(-width // BLOCK), BLOCK), dtype=np.float32)
    left.reshape(count, -1)[:, :width] = (begins + kept.sizes * zeros)[:, :, 0]
    fine = store_steps(np.abs(left).max(axis=2, keepdims=True) / (TOP / 2), unit, up=True)
    fractions = _whole(left / fine.sizes + _MIDDLE)
    begins = ((fractions - _MIDDLE) * fine.sizes).reshape(count, -1)[:, :width, None]
    whole = _whole((blocks - begins) / kept.sizes + zeros)
    middles = np.full(left.shape[:2], _MIDDLE)
    return (
        np.concatenate((whole, fractions), axis=1).astype(np.uint8),
        np.concatenate((zeros[:, :, 0], middles), axis=1).astype(np.uint8),
        np.concatenate((kept.roots, fine.roots), axis=1)[:, :, 0],
    )


def _whole(numbers: FloatArray) -> FloatArray:
    found: FloatArray = np.clip(np.rint(numbers), 0, TOP)
    return found


def packed_pairs(whole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put two numbers of 4 bits into a byte along the last axis, the first in the lower half; a last one alone.

    >>> packed_pairs(np.array([[1, 2, 3]], dtype=np.uint8)).tolist()
    [[33, 3]]
    """
    if whole.shape[-1] % 2:
        whole = np.concatenate((whole, np.zeros_like(whole[..., :1])), axis=-1)
    packed: NDArray[np.uint8] = whole[..., ::2] + np.uint8(1 << 4) * whole[..., 1::2]
    return packed
