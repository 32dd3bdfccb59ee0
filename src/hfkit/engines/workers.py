"""Several forward passes at a time, where a clock says that it is faster than one with all threads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from hfkit.backends.protocols import SetsThreads
from hfkit.text.arrays import FloatArray

from .arrangements import Arrangement, FoundArrangement, arrangements

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime

__all__ = ["Workers"]

T = TypeVar("T")

# Batches that each arrangement is tried on: so many, and enough to keep its workers busy.
_FEWEST_TRIED = 8
_TRIED_FOR_EACH_WORKER = 3

# What is faster by less may be luck, and several forward passes at a time take more memory than one.
_CLEARLY = 0.95

# For short runs, a change that costs time is made when so many times its cost went by without it: to change
# to and fro adds a quarter to their time at most.
_WORTH_A_CHANGE = 4


class Workers:
    """Says how many batches of one open model are run at a time.

    Args:
        model: the open model.
        source: what it is and where it runs.
        runtime: the settings, which come first.
        clock: gives seconds.
    """

    def __init__(
        self,
        model: object,
        source: Source,
        runtime: Runtime,
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._model = model if isinstance(model, SetsThreads) else None
        self._source = source
        self._alone = Arrangement(1, runtime.threads)
        self._choices = arrangements(model, source, runtime)
        self._clock = clock
        self._now = self._alone
        self._cost = self._unfit = 0.0  # seconds of the last change, and of what ran since as it was not best
        self._turn = threading.Lock()
        self._found: dict[int, Arrangement | None] = {}
        self._hiring = threading.Lock()
        self._crew: tuple[int, ThreadPoolExecutor] | None = None  # its threads end when nobody holds it

    def shifts(
        self, batches: Sequence[T], *, budget: int, tokens: Callable[[T], int]
    ) -> Generator[tuple[int, Sequence[T]]]:
        """Share out the batches of a run.

        Where nothing is known yet, and the batches are enough, each arrangement gets some of them, spread
        over all, while the clock runs: from when they are given to when more are asked for. The rest goes
        to the fastest. The caller's own work is all that is measured with; none is done twice.

        Args:
            batches: the longest first.
            budget: the most tokens of one of them.
            tokens: counts what is computed of one of them: they are seldom alike, and time is told by the token.

        Yields:
            How many at a time, and which.
        """
        costly = self._model is None or not self._model.changes_threads_at_once
        if costly and len(batches) == 1:  # takes no turn: it is short, and another run may want the cores
            if self._is_worth_it(self._alone) and self._turn.acquire(blocking=False):
                try:
                    self._change_to(self._alone)
                finally:
                    self._turn.release()
            yield from self._as_it_is(self._alone, batches)
            return
        if not self._turn.acquire(blocking=False):  # another thread's run has the cores
            yield 1, batches
            return
        try:
            few = costly and len(batches) < len(self._choices) * self._tried
            best = self._best(len(batches), budget)
            if best is None:
                best, batches = yield from self._try(batches, budget, tokens)
            if few and not self._is_worth_it(best):
                yield from self._as_it_is(best, batches)
            else:
                yield self._change_to(best), batches
        finally:
            self._turn.release()

    def _is_worth_it(self, best: Arrangement) -> bool:
        """Whether to change to an arrangement for a short run, which alone does not earn what that costs."""
        return best.threads != self._now.threads and self._unfit >= _WORTH_A_CHANGE * self._cost

    def _as_it_is(self, best: Arrangement, batches: Sequence[T]) -> Generator[tuple[int, Sequence[T]]]:
        """Run some batches with the threads that there are, and keep account of it if others were best."""
        arrangement = best if best.threads == self._now.threads else self._now
        began = self._clock()
        yield min(arrangement.workers, len(batches)), batches
        if arrangement != best:
            self._unfit += self._clock() - began

    def _try(
        self, batches: Sequence[T], budget: int, tokens: Callable[[T], int]
    ) -> Generator[tuple[int, Sequence[T]], None, tuple[Arrangement, Sequence[T]]]:
        """Have each arrangement run some of the batches; give the fastest, and the batches that are left."""
        *portions, rest = _deal(batches, len(self._choices), self._tried)
        seconds: dict[Arrangement, float] = {}
        for choice, portion in zip(self._choices, portions, strict=True):
            workers = self._change_to(choice if choice in self._choices else self._alone)
            warming, timed = portion[: choice.workers], portion[choice.workers :]
            yield workers, warming  # at the very first the longest, which tells whether it fits
            began = self._clock()
            yield workers, timed
            seconds[choice] = (self._clock() - began) / sum(map(tokens, timed))
        return self._settle(seconds, budget), rest

    @contextmanager
    def hired(self, workers: int) -> Iterator[Callable[[Callable[[], FloatArray]], Callable[[], FloatArray]]]:
        """Have workers for a while; when it ends, none is at work.

        Args:
            workers: how many; one is whoever asks.

        Yields:
            A function that begins a piece of work and gives what waits for its outcome.
        """
        if workers == 1:
            yield lambda work: work
            return
        pool, begun = self._pool(workers), set[Future[FloatArray]]()

        def begin(work: Callable[[], FloatArray]) -> Callable[[], FloatArray]:
            future = pool.submit(work)
            begun.add(future)
            future.add_done_callback(begun.discard)
            waited_for = [future]
            # An error holds whoever waits for it here, who is not to hold it: closing a model frees its memory.
            return lambda: waited_for.pop().result()

        try:
            yield begin
        finally:
            left = [future for future in tuple(begun) if not future.cancel()]
            wait(left)

    def _pool(self, workers: int) -> ThreadPoolExecutor:
        """Give threads that wait for work until the model is closed.

        They are not ended with each run: MKL's memory is locked for a moment as a thread ends, and a fork at
        that moment leaves the child spinning for ever.
        """
        with self._hiring:
            if self._crew is None or self._crew[0] < workers:
                self._crew = workers, ThreadPoolExecutor(workers, thread_name_prefix="hfkit")
            return self._crew[1]

    def send_home(self) -> None:
        """Run one batch at a time from now on: there was no memory for more."""
        self._choices = (self._alone,)
        self._now = Arrangement(1, self._now.threads)

    @property
    def _tried(self) -> int:
        return max(_FEWEST_TRIED, *(_TRIED_FOR_EACH_WORKER * choice.workers for choice in self._choices))

    def _best(self, batches: int, budget: int) -> Arrangement | None:
        """Give the arrangement for so many batches; None if that is to be found out with them."""
        if batches == 1:
            return self._alone
        if len(self._choices) == 1:
            return self._choices[0]
        if budget not in self._found:
            self._found[budget] = FoundArrangement(self._source, budget=budget).read(self._choices)
        enough = len(self._choices) * self._tried
        return self._found[budget] or (None if batches >= enough else self._alone)

    def _settle(self, seconds: dict[Arrangement, float], budget: int) -> Arrangement:
        """Keep the fastest."""
        if len(self._choices) == 1:  # memory ran out meanwhile
            return self._alone
        fastest = min(seconds, key=seconds.__getitem__)
        best = fastest if seconds[fastest] < _CLEARLY * seconds[self._alone] else self._alone
        self._found[budget] = best
        FoundArrangement(self._source, budget=budget).write(best)
        return best

    def _change_to(self, arrangement: Arrangement) -> int:
        if self._model is not None and arrangement.threads != self._now.threads:
            began = self._clock()
            self._model.use_threads(arrangement.threads)
            self._cost, self._unfit = self._clock() - began, 0.0
        self._now = arrangement
        return arrangement.workers


def _deal(batches: Sequence[T], hands: int, each: int) -> list[list[T]]:
    """Deal so many batches out to each hand, like lengths to all of them; the rest comes last.

    >>> _deal(range(9), 2, 3)
    [[0, 4, 6], [1, 3, 7], [2, 5, 8]]
    """
    places = np.linspace(0, len(batches), hands * each, endpoint=False).astype(np.int64).reshape(each, hands)
    places[1::2] = places[1::2, ::-1]  # who was first is last in the next round
    rest = np.setdiff1d(np.arange(len(batches)), places)
    return [[batches[place] for place in portion] for portion in (*places.T, rest)]
