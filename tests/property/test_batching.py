from __future__ import annotations

from itertools import chain, combinations, count, islice, pairwise
from math import ceil, log, log2
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfkit.errors import OutOfMemoryError
from hfkit.testing.strategies import lengths
from hfkit.text.batching import _PASS_COST, distinct, look_ahead, plan_batches, run_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hfkit.text.arrays import IntArray

BUDGETS = st.integers(1, 2000)
PACKED = st.booleans()


def computed(lengths: IntArray, batch: IntArray, *, packed: bool = False) -> int:
    """Tokens of a batch, padding included where there is any."""
    return sum(int(length) if packed else max(lengths[batch].tolist()) for length in lengths[batch])


class Device:
    """Runs batches of up to ``capacity`` tokens and remembers them."""

    def __init__(self, lengths: IntArray, capacity: int, *, packed: bool = False) -> None:
        self.packed = packed
        self.lengths = lengths
        self.capacity = capacity
        self.refused: list[int] = []
        self.done: list[list[int]] = []

    def run(self, batch: IntArray) -> list[int]:
        tokens = computed(self.lengths, batch, packed=self.packed)
        if tokens > self.capacity:
            self.refused.append(tokens)
            raise OutOfMemoryError(f"{tokens} tokens do not fit", hint="a smaller batch")
        self.done.append(batch.tolist())
        return [int(length) for length in self.lengths[batch]]


class Crowd(Device):
    """A device on which batches that have begun share the capacity until they are waited for."""

    def __init__(self, lengths: IntArray, capacity: int, *, packed: bool = False) -> None:
        super().__init__(lengths, capacity, packed=packed)
        self.begun = 0
        self.company: list[int] = []
        self.company_after_refusal: list[int] = []

    def begin(self, job: Callable[[], list[int]]) -> Callable[[], list[int]]:
        self.begun += 1
        self.company.append(self.begun)
        if self.refused:
            self.company_after_refusal.append(self.begun)

        def finish() -> list[int]:
            try:
                return job()
            finally:
                self.begun -= 1

        return finish

    def run(self, batch: IntArray) -> list[int]:
        shared, self.capacity = self.capacity, self.capacity // self.begun
        try:
            return super().run(batch)
        finally:
            self.capacity = shared


@given(lengths(), BUDGETS, PACKED)
def test_every_sequence_is_in_exactly_one_batch(lengths: IntArray, budget: int, packed: bool) -> None:  # noqa: FBT001
    """The batches hold each position once, and none is empty."""
    batches = plan_batches(lengths, budget=budget, packed=packed)
    assert all(len(batch) for batch in batches)
    assert sorted(position for batch in batches for position in batch.tolist()) == list(range(len(lengths)))


@given(lengths(), BUDGETS, PACKED)
def test_no_batch_is_over_budget_unless_it_is_a_single_sequence(
    lengths: IntArray,
    budget: int,
    packed: bool,  # noqa: FBT001
) -> None:
    """Where there are two rows or more, rows times the longest row stay within the budget; packed, their sum."""
    for batch in plan_batches(lengths, budget=budget, packed=packed):
        assert len(batch) == 1 or computed(lengths, batch, packed=packed) <= budget


@given(lengths(), BUDGETS)
def test_long_sequences_come_first(lengths: IntArray, budget: int) -> None:
    """No sequence is longer than any in a batch before its own."""
    for left, right in pairwise(plan_batches(lengths, budget=budget)):
        assert lengths[left].min() >= lengths[right].max()


@given(lengths(), BUDGETS)
def test_no_packed_batch_has_room_for_the_next_sequence(lengths: IntArray, budget: int) -> None:
    """Every packed batch but the last is full: with the first row of the next it would be over the budget."""
    for batch, following in pairwise(plan_batches(lengths, budget=budget, packed=True)):
        assert computed(lengths, np.append(batch, following[0]), packed=True) > budget


@given(lengths(most=100, max_size=9), st.integers(1, 300))
def test_no_way_to_cut_the_sorted_sequences_costs_less(lengths: IntArray, budget: int) -> None:
    """A batch costs its tokens and those of a forward pass: the plan is the cheapest of all, tried one by one."""

    def cost(batches: Sequence[IntArray]) -> int:
        return sum(computed(lengths, batch) + _PASS_COST for batch in batches)

    order = np.argsort(-lengths, kind="stable")
    ways = (
        np.split(order, places)
        for number in range(max(1, len(order)))
        for places in combinations(range(1, len(order)), number)
    )
    allowed = (
        way
        for way in ways
        if all(len(batch) <= 1 or computed(lengths, batch) <= budget for batch in way) and len(order)
    )
    assert cost(plan_batches(lengths, budget=budget)) == min(map(cost, allowed), default=0)


@given(lengths(most=2000, max_size=200).filter(len), BUDGETS)
def test_padding_is_bounded_whatever_the_number_of_sequences(lengths: IntArray, budget: int) -> None:
    """All padding together is at most ``budget * ln(longest / shortest)`` tokens."""
    batches = plan_batches(lengths, budget=budget)
    waste = sum(computed(lengths, batch) for batch in batches) - int(lengths.sum())
    assert waste <= budget * log(lengths.max() / lengths.min()) + 1e-6


@given(lengths(), BUDGETS, st.integers(0, 500), PACKED)
def test_a_small_memory_computes_each_sequence_once(
    lengths: IntArray,
    budget: int,
    spare: int,
    packed: bool,  # noqa: FBT001
) -> None:
    """On a device with room for the longest sequence, each is computed once, with its own outcome."""
    device = Device(lengths, int(lengths.max(initial=1)) + spare, packed=packed)
    outcomes = {
        position: outcome
        for batch, outcome_of_batch, _ in run_batches(lengths, budget=budget, run=device.run, packed=packed)
        for position, outcome in zip(batch.tolist(), outcome_of_batch, strict=True)
    }
    assert sorted(position for batch in device.done for position in batch) == list(range(len(lengths)))
    assert outcomes == dict(enumerate(lengths.tolist()))


@given(lengths(), BUDGETS, st.integers(0, 500))
def test_a_small_memory_is_learned_in_few_steps(lengths: IntArray, budget: int, spare: int) -> None:
    """A budget fails at most as often as it must be halved to come down to the device's capacity."""
    device = Device(lengths, int(lengths.max(initial=1)) + spare)
    for _ in run_batches(lengths, budget=budget, run=device.run):
        pass
    assert len(device.refused) <= max(0, ceil(log2(budget / device.capacity)))


@given(lengths(), BUDGETS, st.integers(0, 500))
def test_the_budget_only_falls_and_holds_for_what_follows(lengths: IntArray, budget: int, spare: int) -> None:
    """Each yielded budget is at most the one before, under every refused size, and kept by its batch."""
    device = Device(lengths, int(lengths.max(initial=1)) + spare)
    before = budget
    for batch, _, current in run_batches(lengths, budget=budget, run=device.run):
        assert current <= before
        assert all(current < refused for refused in device.refused)
        assert len(batch) == 1 or computed(lengths, batch) <= current
        before = current


@given(lengths().filter(len), BUDGETS, st.data())
def test_a_sequence_that_does_not_fit_alone_is_an_error(
    lengths: IntArray, budget: int, data: st.DataObject
) -> None:
    """Where one sequence is over the device's capacity, the device's own error comes out."""
    longest = int(lengths.max())
    device = Device(lengths, data.draw(st.integers(0, longest - 1)))
    with pytest.raises(OutOfMemoryError, match=f"^{longest} tokens do not fit"):
        list(run_batches(lengths, budget=budget, run=device.run))


AHEAD = st.integers(1, 8)


@given(lengths(), BUDGETS, st.integers(0, 2000), PACKED, AHEAD)
def test_several_at_a_time_compute_each_sequence_once(
    lengths: IntArray,
    budget: int,
    spare: int,
    packed: bool,  # noqa: FBT001
    ahead: int,
) -> None:
    """Where each sequence fits alone, each is computed once, however many batches share the memory."""
    crowd = Crowd(lengths, int(lengths.max(initial=1)) + spare, packed=packed)
    outcomes = {
        position: outcome
        for batch, outcome_of_batch, _ in run_batches(
            lengths, budget=budget, run=crowd.run, packed=packed, begin=crowd.begin, ahead=ahead
        )
        for position, outcome in zip(batch.tolist(), outcome_of_batch, strict=True)
    }
    assert sorted(position for batch in crowd.done for position in batch) == list(range(len(lengths)))
    assert outcomes == dict(enumerate(lengths.tolist()))
    assert max(crowd.company, default=1) <= ahead
    assert crowd.begun == 0


@given(lengths(), BUDGETS, st.integers(0, 500), AHEAD)
def test_after_a_refusal_smaller_batches_run_one_at_a_time(
    lengths: IntArray, budget: int, spare: int, ahead: int
) -> None:
    """What begins after memory ran out begins alone, on at most half the tokens that were refused."""
    crowd = Crowd(lengths, int(lengths.max(initial=1)) + spare)
    before = budget
    for batch, _, current in run_batches(
        lengths, budget=budget, run=crowd.run, begin=crowd.begin, ahead=ahead
    ):
        assert current <= before
        assert current == budget or all(2 * current <= refused for refused in crowd.refused)
        assert len(batch) == 1 or computed(lengths, batch) <= current
        before = current
    assert set(crowd.company_after_refusal) <= {1}


@given(lengths(), BUDGETS, AHEAD)
def test_batches_come_in_the_order_of_the_plan_however_many_run(
    lengths: IntArray, budget: int, ahead: int
) -> None:
    """With memory enough, the batches and their order are those of the plan."""
    device = Device(lengths, 10**9)
    begun: list[int] = []

    def begin(job: Callable[[], list[int]]) -> Callable[[], list[int]]:
        outcome = job()  # at once, as a free worker would
        begun.append(1)
        return lambda: outcome

    runs = run_batches(lengths, budget=budget, run=device.run, begin=begin, ahead=ahead)
    assert [batch.tolist() for batch, _, _ in runs] == [
        batch.tolist() for batch in plan_batches(lengths, budget=budget)
    ]
    assert len(begun) == len(device.done)


@given(st.lists(st.binary(max_size=1) | st.integers(0, 3)))
def test_distinct_is_undone_by_its_inverse(keys: list[bytes | int]) -> None:
    """``keys[first[inverse[i]]]`` is ``keys[i]``, and no two groups have the same key."""
    first, inverse = distinct(keys)
    assert [keys[first[group]] for group in inverse] == keys
    assert len({keys[position] for position in first}) == len(first)


@given(st.lists(st.integers(0, 3)))
def test_distinct_finds_first_occurrences_in_order(keys: list[int]) -> None:
    """The position of a group is where its key comes up first, and the groups are in that order."""
    first, _ = distinct(keys)
    assert first.tolist() == sorted({keys.index(key) for key in keys})


SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))


@given(st.lists(st.integers(), max_size=300), SIZES)
def test_looking_ahead_loses_nothing(items: list[int], sizes: tuple[int, int]) -> None:
    """The chunks put together are the stream, in its order; none is empty."""
    first, most = sizes
    chunks = list(look_ahead(items, first=first, most=most))
    assert [item for chunk in chunks for item in chunk] == items
    assert all(chunks)


@given(st.integers(0, 300), SIZES)
def test_chunks_double_up_to_the_most(length: int, sizes: tuple[int, int]) -> None:
    """No chunk is over ``most`` items; all but the last have twice the items of the one before, or ``most``."""
    first, most = sizes
    chunks = [len(chunk) for chunk in look_ahead(range(length), first=first, most=most)]
    assert all(size <= most for size in chunks)
    full = [min(first * 2**step, most) for step in range(len(chunks))]
    assert chunks[:-1] == full[:-1]
    assert chunks[-1:] <= full[-1:]


@given(st.integers(0, 100), SIZES)
def test_what_came_before_a_failure_is_yielded_before_its_error(length: int, sizes: tuple[int, int]) -> None:
    """Every item that the stream gave before it failed comes out; then its own error does."""

    def failing() -> Iterator[int]:
        yield from range(length)
        raise RuntimeError("the stream broke")

    first, most = sizes
    seen: list[int] = []
    with pytest.raises(RuntimeError, match="the stream broke"):
        seen.extend(chain.from_iterable(look_ahead(failing(), first=first, most=most)))
    assert seen == list(range(length))


@given(st.integers(1, 5), SIZES)
def test_nothing_is_read_before_it_is_needed(chunks: int, sizes: tuple[int, int]) -> None:
    """To give some chunks, no more items are taken from an endless stream than those chunks hold."""
    first, most = sizes
    stream = count()
    taken = sum(len(chunk) for chunk in islice(look_ahead(stream, first=first, most=most), chunks))
    assert next(stream) == taken


@given(lengths())
def test_lengths_are_left_as_they_were(lengths: IntArray) -> None:
    """Planning does not change the caller's array."""
    before = lengths.copy()
    plan_batches(lengths, budget=10)
    assert np.array_equal(lengths, before)
