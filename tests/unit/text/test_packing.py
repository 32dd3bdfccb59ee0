from __future__ import annotations

import numpy as np

from hfkit.text.epochs import plan_steps, wasted_tokens
from hfkit.text.packing import pack, packed_tokens


def rows(lengths: list[int], most: int) -> list[list[int]]:
    return [row.tolist() for row in pack(np.array(lengths, dtype=np.int64), most=most)]


def test_rows_are_made_equally_wide() -> None:
    assert rows([5, 4, 3, 3, 3], most=14) == [[0, 1], [2, 3, 4]]  # and not 14 and 4
    assert packed_tokens(np.array([5, 4, 3, 3, 3]), most=14) == 18


def test_more_rows_where_that_is_less_in_all() -> None:
    assert rows([6, 6, 6], most=12) == [[0], [1], [2]]  # two rows would be 24


def test_one_that_is_too_long_widens_the_rows() -> None:
    assert rows([9, 2, 2, 2], most=4) == [[0], [1, 2, 3]]


def test_no_sequences_have_no_rows() -> None:
    assert rows([], most=4) == []


def test_next_to_nothing_is_padding() -> None:
    """Texts with log-normal lengths, 32 a step, in rows of 1024."""
    lengths = np.clip(np.random.default_rng(0).lognormal(4.5, 1.0, 4000).astype(np.int64), 2, 1024)
    steps = plan_steps(lengths, rows=32, seed=0, epoch=0)
    assert wasted_tokens(lengths, steps, computed=lambda own: packed_tokens(own, most=1024)) < 0.025
    by_chance = np.array_split(np.arange(4000), 125)
    assert wasted_tokens(lengths, by_chance, computed=lambda own: packed_tokens(own, most=1024)) < 0.05
    assert wasted_tokens(lengths, by_chance) > 0.7
