"""The array types that the pure layers speak in."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["DoubleArray", "FloatArray", "IntArray"]

IntArray: TypeAlias = npt.NDArray[np.int64]
"""Token ids, lengths, positions."""

FloatArray: TypeAlias = npt.NDArray[np.float32]
"""Logits, scores, weights."""

DoubleArray: TypeAlias = npt.NDArray[np.float64]
"""Sums and figures over many rows."""
