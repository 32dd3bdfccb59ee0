from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hfkit.errors import DeviceError, OutOfMemoryError
from hfkit.text.batching import cut_by_weight, distinct, look_ahead, plan_batches, run_batches

if TYPE_CHECKING:
    from hfkit.text.arrays import IntArray

LENGTHS = np.array([3, 9, 4, 4], dtype=np.int64)


def test_a_budget_under_every_length_runs_each_alone() -> None:
    assert [batch.tolist() for batch in plan_batches(LENGTHS, budget=1)] == [[1], [2], [3], [0]]


def test_a_large_budget_runs_all_at_once_longest_first() -> None:
    assert [batch.tolist() for batch in plan_batches(LENGTHS, budget=36)] == [[1, 2, 3, 0]]


def test_equal_lengths_stay_in_order() -> None:
    equal = np.array([5] * 6, dtype=np.int64)
    assert [batch.tolist() for batch in plan_batches(equal, budget=20)] == [[0, 1, 2, 3], [4, 5]]


@pytest.mark.parametrize("equal", [False, True])
def test_the_work_of_a_plan_does_not_grow_with_the_budget(
    equal: bool,  # noqa: FBT001  # a parameter of the test
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    priced: list[int] = []
    arange: Any = np.arange

    def count(*limits: int) -> IntArray:
        numbers: IntArray = arange(*limits)
        priced.append(len(numbers))
        return numbers

    lengths = np.repeat(arange(1, 6), 400)
    monkeypatch.setattr(np, "arange", count)
    plan_batches(lengths, budget=10_000, equal=equal)
    assert sum(priced) <= 6 * len(lengths)  # once for each length, not for each sequence


def test_no_sequences_are_no_batches() -> None:
    empty = np.array([], dtype=np.int64)
    assert plan_batches(empty, budget=10) == []
    assert list(run_batches(empty, budget=10, run=len)) == []


def test_a_batch_that_does_not_fit_is_halved_and_the_rest_planned_anew() -> None:
    tried: list[list[int]] = []

    def run(batch: IntArray) -> int:
        tried.append(batch.tolist())
        if len(batch) * LENGTHS[batch].max() > 11:
            raise OutOfMemoryError("too large", hint="a smaller batch")
        return len(batch)

    done = [
        (batch.tolist(), outcome, budget)
        for batch, outcome, budget in run_batches(LENGTHS, budget=40, run=run)
    ]
    assert tried == [[1, 2, 3, 0], [1], [2, 3, 0], [2], [3], [0]]
    assert done == [([1], 1, 18), ([2], 1, 6), ([3], 1, 6), ([0], 1, 6)]


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    def run(_: IntArray) -> int:
        raise DeviceError("the device is gone", hint="look for it")

    with pytest.raises(DeviceError, match="the device is gone"):
        next(run_batches(LENGTHS, budget=100, run=run))


def test_nothing_runs_before_it_is_asked_for() -> None:
    ran: list[int] = []
    batches = run_batches(LENGTHS, budget=9, run=lambda batch: ran.append(len(batch)))
    assert ran == []
    next(batches)
    assert ran == [1]


def test_distinct_of_nothing() -> None:
    first, inverse = distinct([])
    assert first.tolist() == inverse.tolist() == []
    assert first.dtype == inverse.dtype == np.int64


def test_chunks_grow_from_32_to_1024() -> None:
    sizes = [len(chunk) for chunk in look_ahead(range(10_000))]
    assert sizes == [32, 64, 128, 256, 512, *[1024] * 8, 816]


def test_a_stream_that_fails_at_once_only_raises() -> None:
    failing = (1 // divisor for divisor in (0,))
    with pytest.raises(ZeroDivisionError):
        next(look_ahead(failing))


def test_the_first_chunk_is_no_larger_than_the_largest() -> None:
    assert [len(chunk) for chunk in look_ahead(range(5), first=32, most=2)] == [2, 2, 1]


def test_items_are_cut_where_they_get_too_heavy_together() -> None:
    assert list(cut_by_weight([3, 3, 1, 9, 2, 2], int, most=6)) == [[3, 3], [1], [9], [2, 2]]
    assert list(cut_by_weight([], int, most=6)) == []
