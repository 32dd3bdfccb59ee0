from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hfkit.text.epochs import plan_steps, share_step

lengths = st.lists(st.integers(1, 600), min_size=1, max_size=300).map(np.array)


@given(lengths, st.integers(1, 40), st.integers(0, 5), st.integers(0, 3))
def test_every_example_comes_once_in_an_epoch(lengths: np.ndarray, rows: int, seed: int, epoch: int) -> None:
    """The steps of an epoch part its examples, in steps of equal size or one less."""
    steps = plan_steps(lengths, rows=rows, seed=seed, epoch=epoch)
    assert sorted(np.concatenate(steps).tolist()) == list(range(len(lengths)))
    sizes = {len(step) for step in steps}
    assert max(sizes) <= rows
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 5))
def test_shares_part_a_step(extra: int, processes: int, parts: int) -> None:
    """Every example of a step is in one part of one process, and no part is empty."""
    step = np.arange(processes * parts + extra - 1)
    shares = share_step(step, processes=processes, parts=parts)
    every = [part for own in shares for part in own]
    assert sorted(np.concatenate(every).tolist()) == step.tolist()
    assert all(len(part) for part in every)
