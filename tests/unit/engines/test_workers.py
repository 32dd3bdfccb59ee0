"""How batches are shared out to workers, on a clock of the test's own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest

import hfkit
from hfkit.engines import arrangements as module
from hfkit.engines.workers import Workers
from hfkit.text.arrays import FloatArray

SOURCE = hfkit.Source("m", "r", "t", "b", "cpu", "float32", ())
PLAN = list(range(40))
SHORT = PLAN[:12]


class Machine:
    """A model, and a clock that says how long it takes each number of workers to run a batch."""

    def __init__(
        self,
        seconds: dict[int, float],
        *,
        at_once: bool = True,
        tokens: Callable[[int], int] = lambda _: 1,
        cost: float = 0.0,
    ) -> None:
        self._seconds = seconds
        self._cost = cost
        self._tokens = tokens
        self.changes_threads_at_once = at_once
        self._now = 0.0
        self.threads: list[int | None] = []

    def use_threads(self, threads: int | None, /) -> int:
        self.threads.append(threads)
        self._now += self._cost
        return threads or 2

    def clock(self) -> float:
        return self._now

    def run(self, workers: Workers, plan: Sequence[int], *, budget: int = 512) -> list[tuple[int, list[int]]]:
        done = []
        for number, batches in workers.shifts(plan, budget=budget, tokens=self._tokens):
            self._now += self._seconds[number] * sum(map(self._tokens, batches))
            done.append((number, list(batches)))
        return done

    def hire(self, runtime: hfkit.Runtime | None = None) -> Workers:
        return Workers(self, SOURCE, runtime or hfkit.Runtime(), clock=self.clock)


@pytest.fixture(autouse=True)
def _two_cores(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path))
    monkeypatch.delenv("HFKIT_WORKERS")


@pytest.mark.parametrize(
    ("seconds", "best"), [({1: 1.0, 2: 0.7}, 2), ({1: 1.0, 2: 1.5}, 1), ({1: 1.0, 2: 0.97}, 1)]
)
def test_the_faster_arrangement_runs_the_rest(seconds: dict[int, float], best: int) -> None:
    machine = Machine(seconds)
    shifts = machine.run(machine.hire(), PLAN)
    assert [(workers, len(batches)) for workers, batches in shifts] == [
        (1, 1),  # to warm up
        (1, 7),
        (2, 2),
        (2, 6),
        (best, 24),
    ]
    assert sorted(batch for _, batches in shifts for batch in batches) == PLAN
    assert machine.threads[-1] == (None if best == 1 else 1)


@pytest.mark.parametrize("seconds", [{1: 1.0, 2: 0.9}, {1: 0.9, 2: 1.0}])
@pytest.mark.parametrize("larger", [0, 1])
def test_time_is_told_by_the_token(seconds: dict[int, float], larger: int) -> None:
    other = Machine(seconds)
    *tried, _ = (batches for _, batches in other.run(other.hire(), PLAN, budget=64))
    large = [tried[:2], tried[2:]][larger]
    machine = Machine(seconds, tokens=lambda batch: 4 if any(batch in batches for batches in large) else 3)
    *_, (best, _) = machine.run(machine.hire(), PLAN)
    assert best == min(seconds, key=seconds.__getitem__)


def test_each_arrangement_is_tried_on_like_batches() -> None:
    machine = Machine({1: 1.0, 2: 1.0})
    (_, longest), (_, alone), (_, pair), (_, together), _ = machine.run(machine.hire(), PLAN)
    assert longest == [0]
    assert abs(sum([*longest, *alone]) - sum([*pair, *together])) <= 8
    assert max(pair) < 10
    assert min(max(alone), max(together)) > 30


def test_what_was_found_holds_for_the_session_and_for_later_ones() -> None:
    machine = Machine({1: 1.0, 2: 0.5})
    workers = machine.hire()
    machine.run(workers, PLAN)
    assert machine.run(workers, SHORT) == machine.run(machine.hire(), SHORT) == [(2, SHORT)]
    assert machine.run(workers, PLAN, budget=64) != [(2, PLAN)]  # other batches are another question


def test_few_batches_find_nothing_out() -> None:
    machine = Machine({1: 1.0, 2: 0.5})
    workers = machine.hire()
    assert machine.run(workers, SHORT) == [(1, SHORT)]
    assert len(machine.run(workers, PLAN)) == 5


def test_a_single_batch_has_all_threads() -> None:
    machine = Machine({1: 1.0, 2: 0.5})
    workers = machine.hire()
    machine.run(workers, PLAN)
    assert machine.run(workers, PLAN[:1]) == [(1, PLAN[:1])]
    assert machine.threads[-1] is None
    workers = machine.hire(hfkit.Runtime(workers=2))
    assert machine.run(workers, PLAN[:1]) == [(1, PLAN[:1])]
    assert machine.run(workers, PLAN[:2]) == [(2, PLAN[:2])]
    assert machine.run(workers, PLAN[:1]) == [(1, PLAN[:1])]
    assert machine.threads[-2:] == [1, None]


def test_a_change_that_costs_time_waits_until_it_is_worth_it() -> None:
    machine = Machine({1: 1.0, 2: 0.5}, at_once=False, cost=1.0)
    workers = machine.hire()
    machine.run(workers, PLAN)
    changes = len(machine.threads)
    for _ in range(4):
        assert machine.run(workers, PLAN[:1]) == [(1, PLAN[:1])]
    assert len(machine.threads) == changes
    assert machine.run(workers, PLAN[:1]) == [(1, PLAN[:1])]
    assert machine.threads[changes:] == [None]
    for _ in range(2):
        assert machine.run(workers, PLAN[:3]) == [(1, PLAN[:3])]  # these would be faster together
    assert machine.threads[changes:] == [None]
    assert machine.run(workers, PLAN[:3]) == [(2, PLAN[:3])]
    assert machine.threads[changes:] == [None, 1]


def test_a_run_of_many_batches_is_worth_a_change() -> None:
    machine = Machine({1: 1.0, 2: 0.5}, at_once=False, cost=1.0)
    workers = machine.hire(hfkit.Runtime(workers=2))
    assert machine.run(workers, PLAN[:3]) == [(2, PLAN[:3])]  # what a change costs is not known yet
    for _ in range(5):
        machine.run(workers, PLAN[:1])
    assert machine.threads == [1, None]
    assert machine.run(workers, PLAN) == [(2, PLAN)]
    assert machine.threads == [1, None, 1]


def test_a_single_batch_does_not_wait_for_another_run() -> None:
    machine = Machine({1: 1.0, 2: 0.5}, at_once=False)
    workers = machine.hire(hfkit.Runtime(workers=2))
    running = workers.shifts(PLAN, budget=512, tokens=lambda _: 1)
    assert next(running) == (2, PLAN)
    assert machine.run(workers, PLAN[:1]) == [(1, PLAN[:1])]
    assert machine.threads == [1]
    running.close()
    assert machine.run(workers, PLAN[:1]) == [(1, PLAN[:1])]
    assert machine.threads == [1, None]


def test_what_is_set_is_not_tried() -> None:
    machine = Machine({1: 1.0, 2: 0.5, 3: 9.0})
    assert machine.run(machine.hire(hfkit.Runtime(workers=3, threads=2)), PLAN) == [(3, PLAN)]
    assert machine.run(machine.hire(hfkit.Runtime(threads=2)), PLAN) == [(1, PLAN)]
    assert machine.threads == []  # it is open so


def test_a_run_beside_another_takes_one_worker() -> None:
    machine = Machine({1: 1.0, 2: 0.5})
    workers = machine.hire(hfkit.Runtime(workers=2))
    running = workers.shifts(PLAN, budget=512, tokens=lambda _: 1)
    assert next(running) == (2, PLAN)
    changes = len(machine.threads)
    assert machine.run(workers, PLAN) == [(1, PLAN)]
    assert len(machine.threads) == changes
    running.close()
    assert machine.run(workers, PLAN) == [(2, PLAN)]


def test_a_run_that_fails_settles_nothing() -> None:
    machine = Machine({1: 1.0, 2: 0.5})
    workers = machine.hire()
    shifts = workers.shifts(PLAN, budget=512, tokens=lambda _: 1)
    next(shifts)
    with pytest.raises(KeyboardInterrupt):
        shifts.throw(KeyboardInterrupt())
    assert len(machine.run(workers, PLAN)) == 5


@pytest.mark.parametrize("runtime", [hfkit.Runtime(), hfkit.Runtime(workers=2)])
def test_workers_that_were_sent_home_stay_there(runtime: hfkit.Runtime) -> None:
    machine = Machine({1: 1.0, 2: 0.5})
    workers = machine.hire(runtime)
    for number, _ in workers.shifts(PLAN, budget=512, tokens=lambda _: 1):
        if number == 2:
            workers.send_home()
    assert machine.run(workers, PLAN) == [(1, PLAN)]
    assert machine.threads[-1] is None
    assert len(machine.run(machine.hire(), PLAN)) == 5  # nothing was kept


def test_who_was_sent_home_does_not_come_back_for_a_short_run() -> None:
    machine = Machine({1: 1.0, 2: 0.5}, at_once=False, cost=1.0)
    workers = machine.hire(hfkit.Runtime(workers=2))
    machine.run(workers, PLAN)
    workers.send_home()
    assert machine.run(workers, PLAN[:3]) == [(1, PLAN[:3])]
    assert machine.threads == [1]  # which is not worth a change either


def test_memory_that_runs_out_early_ends_the_trial() -> None:
    machine = Machine({1: 1.0, 2: 0.5})
    workers = machine.hire()
    taken = []
    for number, _ in workers.shifts(PLAN, budget=512, tokens=lambda _: 1):
        taken.append(number)
        if len(taken) == 2:
            workers.send_home()
    assert taken == [1] * 5


def test_one_worker_is_the_caller() -> None:
    with Machine({}).hire().hired(1) as begin:
        assert begin(_own_thread)().tolist() == [threading.get_ident()]


def _hired() -> set[threading.Thread]:
    """Threads and not their names: open models of other tests have workers of the same names."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("hfkit")}


def test_workers_work_at_the_same_time_and_leave_with_the_model() -> None:
    meeting = threading.Barrier(2, timeout=60)

    def meet() -> FloatArray:
        meeting.wait()
        return _own_thread()

    def meet_under(workers: Workers) -> None:
        with workers.hired(2) as begin:
            waits: list[Callable[[], FloatArray]] = [begin(meet), begin(meet)]
            assert len({float(wait()[0]) for wait in waits}) == 2

    before = _hired()
    workers = Machine({}).hire()
    meet_under(workers)
    meet_under(workers)
    assert len(_hired() - before) == 2
    del workers
    deadline = time.monotonic() + 60
    while _hired() - before and time.monotonic() < deadline:
        time.sleep(0.001)
    assert _hired() <= before


def test_work_that_has_not_begun_is_dropped_when_an_error_ends_it() -> None:
    ran: list[int] = []
    entered, leave = threading.Event(), threading.Event()

    def first() -> FloatArray:
        entered.set()
        leave.wait(60)
        return np.zeros(1, dtype=np.float32)

    def later() -> FloatArray:
        ran.append(1)
        return np.zeros(1, dtype=np.float32)

    def interrupted() -> None:
        with Machine({}).hire().hired(1 + 1) as begin:
            for work in (first, first, later, later):
                begin(work)
            entered.wait(60)
            threading.Timer(0.05, leave.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert ran == []


def _own_thread() -> FloatArray:
    return np.array([threading.get_ident()], dtype=np.float64)
