"""Run rows through an open model: equal rows once, like lengths together, within a budget of tokens."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import TokenBatch
from hfkit.errors import BackendError, OutOfMemoryError, SessionClosedError
from hfkit.text.batching import computed_tokens, distinct, plan_batches, run_batches
from hfkit.values.statistics import Statistics

from .workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hfkit.backends.embedders import Embedder
    from hfkit.backends.protocols import ModelCard, Scorer, SpanScorer
    from hfkit.backends.taggers import Tagger
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.text.templates import Row
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime

__all__ = ["RowRunner"]


class RowRunner:
    """Runs rows through one open model, and remembers how much of them fitted into its memory.

    Args:
        model: the open model.
        source: what it is and where it runs.
        runtime: how it is to run.
    """

    def __init__(
        self, model: Scorer | SpanScorer | Tagger | Embedder, source: Source, runtime: Runtime
    ) -> None:
        self._card: ModelCard = model.card
        self._name = source.model
        self._workers = Workers(model, source, runtime)
        self._process = os.getpid()
        self._memory_budget: int | None = None  # learned when a batch did not fit

    def run(
        self,
        rows: Sequence[Row],
        forward: Callable[[TokenBatch], FloatArray],
        *,
        budget: int,
        advance: Callable[[float], None],
        per_token: bool = False,
    ) -> tuple[list[FloatArray], Statistics]:
        """Run every row.

        Args:
            rows: what the model is to read.
            forward: one forward pass, of an array whose first axis is rows.
            budget: the most tokens of one forward pass.
            advance: is told what was done, in fractions of all.
            per_token: the second axis is tokens; what stands at padding is dropped.

        Returns:
            For each row its part of what ``forward`` gave, in the order of the rows.

        Raises:
            BackendError: the model gives numbers that are not finite, or fails.
            SessionClosedError: this is a forked child, where a stream that the parent had begun goes on.
        """
        if self._process != os.getpid():  # threads that would compute stayed in the parent
            raise SessionClosedError(
                f"{self._name} is open in the process that forked this one, which cannot go on with its stream",
                hint="begin the stream in the process that reads it",
            )
        first, inverse = distinct([row.key() for row in rows])
        unique = [rows[position] for position in first]
        lengths = np.array([len(row) for row in unique], dtype=np.int64)
        outputs: list[FloatArray] = [np.empty(0, dtype=np.float32)] * len(unique)
        total = int(lengths.sum())
        forwards = padded = 0
        refused: list[int] = []

        def compute(batch: IntArray) -> FloatArray:
            sequences = [unique[position] for position in batch]
            try:
                return forward(TokenBatch.from_rows(sequences, pad_id=self._card.pad_id))
            except OutOfMemoryError:
                refused.append(len(batch))  # not the error, which holds this frame
                raise

        for batch, outcome in self._compute(lengths, compute, budget):
            for position, output in zip(batch, outcome, strict=True):
                outputs[position] = self._finite(output[: lengths[position]] if per_token else output)
            forwards += 1
            padded += computed_tokens(lengths[batch], packed=self._card.packs)
            advance(int(lengths[batch].sum()) / total)
        statistics = Statistics(
            windows=len(rows),
            duplicates=len(rows) - len(unique),
            forwards=forwards,
            tokens=total,
            padded_tokens=padded,
            splits=len(refused),
        )
        return [outputs[position] for position in inverse], statistics

    def _compute(
        self, lengths: IntArray, compute: Callable[[IntArray], FloatArray], budget: int
    ) -> Iterator[tuple[IntArray, FloatArray]]:
        """Run batches of so many tokens, as many at a time as is best; give each and its outcome."""
        limit = min(budget, self._memory_budget or budget)
        equal, packed = not self._card.pads, self._card.packs
        plan = plan_batches(lengths, budget=limit, equal=equal, packed=packed)

        def tokens(batch: IntArray) -> int:
            return computed_tokens(lengths[batch], packed=packed)

        with closing(self._workers.shifts(plan, budget=limit, tokens=tokens)) as shifts:
            for workers, batches in shifts:
                chosen = np.array([position for batch in batches for position in batch], dtype=np.int64)

                def run(batch: IntArray, chosen: IntArray = chosen) -> FloatArray:
                    return compute(chosen[batch])

                with self._workers.hired(workers) as begin:
                    for batch, outcome, current in run_batches(
                        lengths[chosen],
                        budget=limit,
                        run=run,
                        equal=equal,
                        packed=packed,
                        begin=begin,
                        ahead=1 if workers == 1 else 2 * workers,  # none waits for what to do next
                    ):
                        if current != limit:
                            limit = self._memory_budget = current
                            self._workers.send_home()
                        yield chosen[batch], outcome

    def _finite(self, numbers: FloatArray) -> FloatArray:
        """Refuse what is not finite: NaN would become an answer without a word."""
        if not np.isfinite(numbers).all():
            raise BackendError(
                f"{self._name} gives numbers that are not finite in {self._card.dtype}",
                hint="use Runtime(dtype='float32'); if that does not help, the weights are damaged",
            )
        return numbers
