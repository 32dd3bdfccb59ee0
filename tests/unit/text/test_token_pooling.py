from __future__ import annotations

import numpy as np
import pytest

from hfkit.text.token_pooling import TokenPooling, pool_tokens, unit_rows

STATES = np.array([[1, 8], [2, -4], [9, 2]], dtype=np.float32)


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ("mean", [4, 2]),
        ("cls", [1, 8]),
        ("max", [9, 8]),
        ("lasttoken", [9, 2]),
        ("mean_sqrt_len_tokens", [12 / 3**0.5, 6 / 3**0.5]),
        ("weightedmean", [(1 + 4 + 27) / 6, (8 - 8 + 6) / 6]),
    ],
)
def test_each_pooling(pooling: TokenPooling, expected: list[float]) -> None:
    pooled = pool_tokens(STATES, [pooling])
    assert pooled.dtype == np.float32
    assert pooled.tolist() == pytest.approx(expected)


def test_several_stand_one_behind_the_other() -> None:
    assert pool_tokens(STATES, ["cls", "mean"]).tolist() == [1, 8, 4, 2]


def test_rows_get_the_length_one_and_zeros_stay() -> None:
    rows = unit_rows(np.array([[3, 4], [0, 0], [-5, 0]], dtype=np.float32))
    assert rows.dtype == np.float32
    assert rows.ravel().tolist() == pytest.approx([0.6, 0.8, 0, 0, -1, 0])
