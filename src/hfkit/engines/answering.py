"""Answer questions with an open extractive question answering model."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING
from weakref import finalize

import numpy as np

from hfkit.text.batching import cut_by_weight
from hfkit.text.sentences import sentence_around
from hfkit.text.spans import best_spans, log_total, span_band
from hfkit.text.words import extend_to_words
from hfkit.values.answers import Answers, AnswerSpan, Evidence

from .ahead import read_chunks
from .contexts import QuestionReader
from .progress import shares
from .running import RowRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hfkit.backends.protocols import SpanScorer
    from hfkit.errors import InputError
    from hfkit.text.arrays import FloatArray
    from hfkit.text.spans import Overlapping
    from hfkit.values.inputs import Question
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.statistics import Statistics

    from .contexts import AskedQuestion
    from .reading import Reading
    from .tokens import TextTokenizer

__all__ = ["AnsweringSession", "Search"]

# Of all contexts that are read at a time: some 4,000 windows, whose rows and logits take 50 MB.
_MOST_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Search:
    """What counts as an answer.

    Attributes:
        top_k: the most spans to give.
        longest: the most tokens of a span.
        overlapping: what becomes of spans that share characters with a better one.
        whole_words: widen spans to whole words.
        null_threshold: from which ``null_score`` on, exclusive, no answer is given; None to always
            give one.
    """

    top_k: int
    longest: int
    overlapping: Overlapping
    whole_words: bool
    null_threshold: float | None


class AnsweringSession:
    """An open model with its tokenizer.

    Attributes:
        source: what its results will carry.
        window_limit: the most tokens of a window, special tokens included.
    """

    def __init__(
        self,
        scorer: SpanScorer,
        tokenizer: TextTokenizer,
        source: Source,
        runtime: Runtime,
        *,
        window_limit: int,
    ) -> None:
        self._scorer = scorer
        self._tokenizer = tokenizer
        self._runner = RowRunner(scorer, source, runtime)
        self.source: Source = source
        self.window_limit: int = window_limit
        finalize(self, scorer.close)

    def run(
        self,
        chunks: Iterable[Sequence[Question]],
        reading: Reading,
        search: Search,
        *,
        budget: int,
        advance: Callable[[float], None],
        single: bool,
    ) -> Iterator[tuple[list[Answers], Statistics]]:
        """Answer questions chunk by chunk; the windows of a chunk are sorted and batched together.

        Chunks of very long contexts are cut into smaller ones.

        Args:
            chunks: questions that were checked.
            reading: how to read their contexts.
            search: what counts as an answer.
            budget: the most tokens of one forward pass.
            advance: is told how many questions were done, in parts of one.
            single: there is only one question, and errors need no position.

        Yields:
            A chunk's answers. Before a question that cannot be read, those of the questions ahead of it.
        """
        reader = QuestionReader(self._tokenizer, reading, search.longest)

        def read(chunk: Sequence[Question], index: int) -> tuple[list[AskedQuestion], InputError | None]:
            return reader.read(chunk, first_index=None if single else index)

        beside = not single and self._scorer.card.device != "cpu"
        for count, (asked, error) in read_chunks(_cut(chunks), read, beside=beside):
            if asked:
                logits, statistics = self._runner.run(
                    [row for one in asked for row in one.rows],
                    self._scorer.score_spans,
                    budget=budget,
                    advance=shares(advance, count),
                    per_token=True,
                )
                rest = iter(logits)
                answers = [self._answer(one, [next(rest) for _ in one.rows], search) for one in asked]
                yield answers, replace(statistics, inputs=len(asked))
            if error is not None:
                raise error

    def _answer(self, asked: AskedQuestion, logits: list[FloatArray], search: Search) -> Answers:
        """Search the windows of one question."""
        band = span_band(
            asked.spans,
            [
                row[asked.start : asked.start + len(span)]
                for row, span in zip(logits, asked.spans, strict=True)
            ],
            extents=asked.extents,
            longest=min(search.longest, max(map(len, asked.spans))),
        )
        null = min(float(row[position].sum()) for row, position in zip(logits, asked.nulls, strict=True))
        total = log_total(band)
        if search.null_threshold is not None:
            total = float(np.logaddexp(total, null))
        spans = tuple(islice(_found(asked, band, search, total), search.top_k))
        null_score = null - spans[0].logit
        return Answers(
            spans=spans,
            answered=search.null_threshold is None or null_score <= search.null_threshold,
            null_score=null_score,
            null_probability=0.0 if search.null_threshold is None else math.exp(null - total),
            coverage=asked.coverage,
            source=self.source,
        )


def _cut(chunks: Iterable[Sequence[Question]]) -> Iterator[list[Question]]:
    """Bound the memory of a chunk: it is its windows that take it, not its questions."""
    for chunk in chunks:
        yield from cut_by_weight(chunk, lambda question: len(question.context), most=_MOST_CHARACTERS)


def _found(asked: AskedQuestion, band: FloatArray, search: Search, total: float) -> Iterator[AnswerSpan]:
    """Turn spans of tokens into spans of the context."""
    context = asked.context

    def widen(start: int, end: int) -> tuple[int, int]:
        return extend_to_words(context, start, end) if search.whole_words else (start, end)

    for span in best_spans(band, asked.extents, overlapping=search.overlapping, widen=widen):
        start, end = widen(int(asked.extents[span.first, 0]), int(asked.extents[span.last, 1]))
        around = sentence_around(context, start, end)
        yield AnswerSpan(
            text=context[start:end],
            score=math.exp(span.logit - total),
            start=start,
            end=end,
            logit=span.logit,
            evidence=Evidence(context[around[0] : around[1]], *around),
        )
