"""Steps of an epoch: every example once, alike in length, in another order each time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from hfkit.text.epochs import plan_steps, share_step, wasted_tokens

LENGTHS = np.random.default_rng(0).lognormal(3.3, 0.8, 5_000).astype(np.int64) + 2


def test_an_epoch_has_another_order_than_the_next_and_the_same_each_time() -> None:
    first, again, second = (plan_steps(LENGTHS, rows=16, seed=1, epoch=epoch) for epoch in (0, 0, 1))
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    assert any(
        len(one) != len(other) or (one != other).any() for one, other in zip(first, second, strict=True)
    )


def test_little_is_padding() -> None:
    planned = wasted_tokens(LENGTHS, plan_steps(LENGTHS, rows=16, seed=0, epoch=0))
    by_chance = wasted_tokens(
        LENGTHS, np.array_split(np.random.default_rng(0).permutation(len(LENGTHS)), 313)
    )
    assert planned < 0.04
    assert by_chance > 0.5


def test_steps_are_not_in_the_order_of_their_lengths() -> None:
    means = [LENGTHS[step].mean() for step in plan_steps(LENGTHS, rows=16, seed=0, epoch=0)]
    rising = sum(later > earlier for earlier, later in pairwise(means))
    assert 0.4 < rising / len(means) < 0.6


def test_the_largest_step_of_all_is_the_first() -> None:
    planned = plan_steps(LENGTHS, rows=16, seed=0, epoch=0)
    sizes = [len(step) * LENGTHS[step].max() for step in planned]
    assert sizes[0] == max(sizes)
    later = [len(step) * LENGTHS[step].max() for step in plan_steps(LENGTHS, rows=16, seed=0, epoch=1)]
    assert later[0] != max(later)


def test_there_are_enough_examples_for_every_process() -> None:
    assert [
        len(step) for step in plan_steps(np.ones(7, dtype=np.int64), rows=4, least=3, seed=0, epoch=0)
    ] == [
        4,
        3,
    ]
    assert [
        len(step) for step in plan_steps(np.ones(5, dtype=np.int64), rows=4, least=3, seed=0, epoch=0)
    ] == [5]
    with pytest.raises(ValueError, match="there are 2 examples, must be at least 3"):
        plan_steps(np.ones(2, dtype=np.int64), rows=4, least=3, seed=0, epoch=0)


def test_processes_get_long_and_short_ones_alike() -> None:
    shares = share_step(np.arange(8), processes=2, parts=2)
    assert [[part.tolist() for part in own] for own in shares] == [[[0, 2], [4, 6]], [[1, 3], [5, 7]]]
