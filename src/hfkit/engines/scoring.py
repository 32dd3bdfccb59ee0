"""Score inputs with an open sequence classification model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import finalize

import numpy as np

from hfkit.backends.protocols import TokenBatch
from hfkit.errors import BackendError, OutOfMemoryError
from hfkit.text.batching import distinct, run_batches
from hfkit.values.statistics import Statistics

from .reading import read_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.backends.protocols import Scorer, ScorerCard
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.text.templates import Row
    from hfkit.values.inputs import TextInput
    from hfkit.values.provenance import Coverage, Source

    from .reading import Reading
    from .tokens import TextTokenizer

__all__ = ["ScoredInputs", "ScoringSession"]


@dataclass(frozen=True, slots=True, eq=False)
class ScoredInputs:
    """Logits for a run of inputs, in their order.

    Attributes:
        logits: shape ``[windows, labels]``, the windows of one input side by side.
        counts: windows of each input, shape ``[inputs]``.
        weights: tokens that each window was the first to show, shape ``[windows]``.
        coverages: how much of each input was read.
        statistics: what it cost.
    """

    logits: FloatArray
    counts: IntArray
    weights: FloatArray
    coverages: tuple[Coverage, ...]
    statistics: Statistics


class ScoringSession:
    """An open model with its tokenizer.

    Attributes:
        card: what the model says of itself.
        source: what its results will carry.
    """

    def __init__(
        self, scorer: Scorer, tokenizer: TextTokenizer, source: Source, *, window_limit: int
    ) -> None:
        self._scorer = scorer
        self._tokenizer = tokenizer
        self._memory_budget: int | None = None  # learned when a batch did not fit
        self.card: ScorerCard = scorer.card
        self.source: Source = source
        self.window_limit: int = window_limit
        finalize(self, scorer.close)

    def run(
        self,
        chunks: Iterable[Sequence[TextInput]],
        reading: Reading,
        *,
        budget: int,
        advance: Callable[[float], None],
        single: bool = False,
    ) -> Iterator[ScoredInputs]:
        """Score inputs chunk by chunk; within a chunk they are sorted and batched.

        Args:
            chunks: inputs that were checked.
            reading: how to read them.
            budget: the most tokens of one forward pass.
            advance: is told how many inputs were done, in fractions.
            single: there is only one input, and errors need no position.

        Yields:
            A chunk's scores. Before an input that cannot be read, those of the inputs ahead of it.
        """
        index = 0
        for chunk in chunks:
            readables, error = read_inputs(
                chunk, self._tokenizer, reading, first_index=None if single else index
            )
            index += len(chunk)
            if readables:
                rows = [row for readable in readables for row in readable.rows]
                logits, statistics = self._score(rows, budget, advance, worth=len(chunk))
                yield ScoredInputs(
                    logits,
                    np.array([len(readable.rows) for readable in readables], dtype=np.int64),
                    np.array([w for readable in readables for w in readable.weights], dtype=np.float32),
                    tuple(readable.coverage for readable in readables),
                    replace(statistics, inputs=len(readables)),
                )
            if error is not None:
                raise error

    def _score(
        self, rows: list[Row], budget: int, advance: Callable[[float], None], *, worth: int
    ) -> tuple[FloatArray, Statistics]:
        first, inverse = distinct([row.key() for row in rows])
        unique = [rows[position] for position in first]
        lengths = np.array([len(row) for row in unique], dtype=np.int64)
        logits = np.empty((len(unique), len(self.card.labels.names)), dtype=np.float32)
        total = int(lengths.sum())
        forwards = padded = splits = 0

        def forward(batch: IntArray) -> FloatArray:
            nonlocal splits
            sequences = [unique[position] for position in batch]
            try:
                return self._scorer.score(TokenBatch.from_rows(sequences, pad_id=self.card.pad_id))
            except OutOfMemoryError:
                splits += 1
                raise

        limit = min(budget, self._memory_budget or budget)
        for batch, outcome, current in run_batches(
            lengths, budget=limit, run=forward, equal=not self.card.pads
        ):
            if not np.isfinite(outcome).all():
                raise BackendError(
                    f"{self.source.model} gives numbers that are not finite in {self.card.dtype}",
                    hint="use Runtime(dtype='float32'); if that does not help, the weights are damaged",
                )
            logits[batch] = outcome
            forwards += 1
            padded += len(batch) * int(lengths[batch].max())
            if current != limit:
                limit = self._memory_budget = current
            advance(worth * int(lengths[batch].sum()) / total)
        statistics = Statistics(
            windows=len(rows),
            duplicates=len(rows) - len(unique),
            forwards=forwards,
            tokens=total,
            padded_tokens=padded,
            splits=splits,
        )
        return logits[inverse], statistics
