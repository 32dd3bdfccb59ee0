"""Embed texts with an open model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import finalize

import numpy as np

from hfkit.text.scores import pool
from hfkit.text.token_pooling import pool_tokens, unit_rows
from hfkit.values.embedding import Embedding

from .ahead import read_chunks
from .progress import shares
from .reading import Reading, read_inputs
from .running import RowRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.backends.embedders import Embedder, EmbedderCard
    from hfkit.backends.protocols import TokenBatch
    from hfkit.errors import InputError
    from hfkit.text.arrays import FloatArray
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.statistics import Statistics

    from .reading import Overflow, Readable
    from .sentence_modules import EmbeddingRecipe
    from .tokens import TextTokenizer

__all__ = ["EmbeddingSession"]


class EmbeddingSession:
    """An open model with its tokenizer, and what its folder says of pooling.

    Attributes:
        card: what the model says of itself.
        source: what its results will carry.
        window_limit: the most tokens of a window, special tokens included.
        size: numbers of a vector.
    """

    def __init__(
        self,
        embedder: Embedder,
        tokenizer: TextTokenizer,
        recipe: EmbeddingRecipe,
        source: Source,
        runtime: Runtime,
        *,
        window_limit: int,
    ) -> None:
        self._embedder = embedder
        self._tokenizer = tokenizer
        self._recipe = recipe
        self._runner = RowRunner(embedder, source, runtime)
        self.card: EmbedderCard = embedder.card
        self.source: Source = source
        self.window_limit: int = window_limit
        self.size: int = embedder.card.size * len(recipe.poolings)
        finalize(self, embedder.close)

    def run(
        self,
        chunks: Iterable[Sequence[str]],
        *,
        window: int,
        overflow: Overflow,
        budget: int,
        advance: Callable[[float], None],
        single: bool,
    ) -> Iterator[tuple[list[Embedding], Statistics]]:
        """Embed texts chunk by chunk; within a chunk they are sorted and batched.

        A text that is longer than a window is read in windows that follow one another. Its vector is the mean of
        theirs, each weighed by its tokens, and normalized after that if the model normalizes.

        Args:
            chunks: texts that were checked.
            window: the most tokens of a window.
            overflow: what to do with longer texts.
            budget: the most tokens of one forward pass.
            advance: is told how many texts were done, in parts of one.
            single: there is only one text, and errors need no position.

        Yields:
            A chunk's results. Before a text that cannot be read, those of the texts ahead of it.
        """
        reading = Reading(window, 0, overflow)

        def read(chunk: Sequence[str], index: int) -> tuple[list[Readable], InputError | None]:
            return read_inputs(chunk, self._tokenizer, reading, first_index=None if single else index)

        beside = not single and self.card.device != "cpu"
        for count, (readables, error) in read_chunks(chunks, read, beside=beside):
            if readables:
                rows = [row for readable in readables for row in readable.rows]
                vectors, statistics = self._runner.run(
                    rows, self._pooled, budget=budget, advance=shares(advance, count)
                )
                yield self._results(readables, np.stack(vectors)), replace(statistics, inputs=len(readables))
            if error is not None:
                raise error

    def _pooled(self, batch: TokenBatch) -> FloatArray:
        """Run one forward pass; pooled here, because vectors of all tokens of a chunk would take gigabytes."""
        states = self._embedder.embed(batch)
        lengths = batch.mask.sum(axis=1)
        return np.stack(
            [
                pool_tokens(row[:length], self._recipe.poolings)
                for row, length in zip(states, lengths, strict=True)
            ]
        )

    def _results(self, readables: Sequence[Readable], vectors: FloatArray) -> list[Embedding]:
        """Join the windows of each text, the vectors of all in one array."""
        joined = pool(
            vectors,
            counts=np.array([len(readable.rows) for readable in readables], dtype=np.int64),
            weights=np.array(
                [weight for readable in readables for weight in readable.weights], dtype=np.float32
            ),
            pooling="mean",
        )
        if self._recipe.normalizes:
            joined = unit_rows(joined)
        joined.setflags(write=False)
        return [
            Embedding(vector, readable.coverage, self.source)
            for vector, readable in zip(joined, readables, strict=True)
        ]
