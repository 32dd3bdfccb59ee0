from __future__ import annotations

from typing import get_args

import numpy as np

from hfkit.text.arrays import FloatArray, IntArray


def test_ids_are_64_bit_and_scores_32_bit() -> None:
    for alias, kind in ((IntArray, np.int64), (FloatArray, np.float32)):
        _, dtype = get_args(alias)
        assert get_args(dtype) == (kind,)
