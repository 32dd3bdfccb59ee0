"""Run rows through an open model: equal rows once, like lengths together, within a budget of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import TokenBatch
from hfkit.errors import BackendError, OutOfMemoryError
from hfkit.text.batching import computed_tokens, distinct, run_batches
from hfkit.values.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.backends.protocols import ModelCard
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.text.templates import Row

__all__ = ["RowRunner"]


class RowRunner:
    """Runs rows through one open model, and remembers how much of them fitted into its memory."""

    def __init__(self, card: ModelCard, *, model: str) -> None:
        self._card = card
        self._model = model
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
        """
        first, inverse = distinct([row.key() for row in rows])
        unique = [rows[position] for position in first]
        lengths = np.array([len(row) for row in unique], dtype=np.int64)
        outputs: list[FloatArray] = [np.empty(0, dtype=np.float32)] * len(unique)
        total = int(lengths.sum())
        forwards = padded = splits = 0

        def compute(batch: IntArray) -> FloatArray:
            nonlocal splits
            sequences = [unique[position] for position in batch]
            try:
                return forward(TokenBatch.from_rows(sequences, pad_id=self._card.pad_id))
            except OutOfMemoryError:
                splits += 1
                raise

        limit = min(budget, self._memory_budget or budget)
        packs = self._card.packs
        for batch, outcome, current in run_batches(
            lengths, budget=limit, run=compute, equal=not self._card.pads, packed=packs
        ):
            for position, output in zip(batch, outcome, strict=True):
                outputs[position] = self._finite(output[: lengths[position]] if per_token else output)
            forwards += 1
            padded += computed_tokens(lengths[batch], packed=packs)
            if current != limit:
                limit = self._memory_budget = current
            advance(int(lengths[batch].sum()) / total)
        statistics = Statistics(
            windows=len(rows),
            duplicates=len(rows) - len(unique),
            forwards=forwards,
            tokens=total,
            padded_tokens=padded,
            splits=splits,
        )
        return [outputs[position] for position in inverse], statistics

    def _finite(self, numbers: FloatArray) -> FloatArray:
        """Refuse what is not finite: NaN would become an answer without a word."""
        if not np.isfinite(numbers).all():
            raise BackendError(
                f"{self._model} gives numbers that are not finite in {self._card.dtype}",
                hint="use Runtime(dtype='float32'); if that does not help, the weights are damaged",
            )
        return numbers
