"""Score inputs with an open sequence classification model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import finalize

import numpy as np

from .ahead import read_chunks
from .progress import shares
from .reading import read_inputs
from .running import RowRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.backends.protocols import Scorer, ScorerCard
    from hfkit.errors import InputError
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.inputs import TextInput
    from hfkit.values.provenance import Coverage, Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.statistics import Statistics

    from .reading import Readable, Reading
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
        self,
        scorer: Scorer,
        tokenizer: TextTokenizer,
        source: Source,
        runtime: Runtime,
        *,
        window_limit: int,
    ) -> None:
        self._scorer = scorer
        self._tokenizer = tokenizer
        self._runner = RowRunner(scorer, source, runtime)
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
            advance: is told how many inputs were done, in parts of one.
            single: there is only one input, and errors need no position.

        Yields:
            A chunk's scores. Before an input that cannot be read, those of the inputs ahead of it.
        """

        def read(chunk: Sequence[TextInput], index: int) -> tuple[list[Readable], InputError | None]:
            return read_inputs(chunk, self._tokenizer, reading, first_index=None if single else index)

        beside = not single and self.card.device != "cpu"
        for count, (readables, error) in read_chunks(chunks, read, beside=beside):
            if readables:
                rows = [row for readable in readables for row in readable.rows]
                logits, statistics = self._runner.run(
                    rows, self._scorer.score, budget=budget, advance=shares(advance, count)
                )
                yield ScoredInputs(
                    np.stack(logits),
                    np.array([len(readable.rows) for readable in readables], dtype=np.int64),
                    np.array([w for readable in readables for w in readable.weights], dtype=np.float32),
                    tuple(readable.coverage for readable in readables),
                    replace(statistics, inputs=len(readables)),
                )
            if error is not None:
                raise error
