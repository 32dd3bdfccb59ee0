"""Train a model to answer questions about texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.torch.tasks import QUESTION_ANSWERING
from hfkit.engines.contexts import QuestionReader
from hfkit.engines.reading import Reading
from hfkit.errors import SettingError
from hfkit.metrics.scores import score_answers
from hfkit.text.spans import best_spans, span_band
from hfkit.text.squad import answer_tokens, label_window
from hfkit.values.inputs import Question

from .class_weights import require_unweighed
from .examples import Example, Examples
from .faulty_rows import unreadable_row
from .losses import SpanLoss
from .tasks import Goal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.backends.torch.tasks import Task
    from hfkit.data.squad import Squad
    from hfkit.data.table import Table
    from hfkit.engines.contexts import AskedQuestion
    from hfkit.engines.tokens import TextTokenizer
    from hfkit.text.arrays import FloatArray
    from hfkit.text.squad import SquadExample
    from hfkit.values.tuning import TuneSettings

    from .batches import LabelShape
    from .losses import Loss
    from .tasks import Forward

__all__ = ["SquadTask"]

_OVERLAP = 128
_LONGEST = 30  # tokens of an answer, as Answer asks for by default


class SquadTask:
    """See :class:`~hfkit.jobs.tuning.tasks.TuningTask`.

    A text is read in overlapping windows. An answer counts where a window holds it whole; where it does not, and where
    there is no answer, the label is the token that stands for none.

    Args:
        data: questions, contexts and answers.
        tokenizer: of the model.
        window: tokens of a window, the question and special tokens included.
        reads_types: whether the model tells question and context apart by types.
    """

    def __init__(self, data: Squad, tokenizer: TextTokenizer, *, window: int, reads_types: bool) -> None:
        self._data = data
        overlap = min(_OVERLAP, window // 3)
        self._reader = QuestionReader(tokenizer, Reading(window, overlap, "window"), min(_LONGEST, overlap))
        self._reads_types = reads_types

    @property
    def head(self) -> Task:
        """Extractive question answering."""
        return QUESTION_ANSWERING

    @property
    def goal(self) -> Goal:
        """The mean overlap of answers with the right ones."""
        return Goal("f1")

    @property
    def labels(self) -> LabelShape:
        """The first and the last token of the answer."""
        return "row"

    @property
    def config(self) -> Mapping[str, object]:
        """Nothing: a head gives two numbers for each token, whatever the data."""
        return {}

    def examples(self, table: Table, /) -> Examples:
        """Cut contexts into windows and find the tokens of the answers in each.

        Raises:
            DataError: a row has an answer that is not where it should be.
            InputError: a question or a context cannot be read.
        """
        examples = []
        for example, asked in zip(*self._read(table), strict=True):
            answers = answer_tokens(example, cast("list[tuple[int, int]]", asked.extents.tolist()))
            for row, span, null in zip(asked.rows, asked.spans, asked.nulls, strict=True):
                label = label_window(answers, span, before=asked.start, null=null)
                types = row.types if self._reads_types else None
                examples.append(Example(row.ids, types, {"labels": np.array([label.start, label.end])}))
        return Examples(examples)

    def loss(self, settings: TuneSettings, train: Table, /) -> Loss:  # noqa: ARG002  # as for the other tasks
        """Give the cross entropies of an answer's first and last token.

        Raises:
            SettingError: labels are to be weighed or smoothed, and a place in a text is none.
        """
        require_unweighed(settings, self._data)
        if settings.label_smoothing:
            raise SettingError(
                f"label_smoothing is {settings.label_smoothing}, and answers are places in a text, not labels",
                hint="leave label_smoothing=0",
            )
        return SpanLoss()

    def figures(self, table: Table, examples: Examples, forward: Forward, /) -> Mapping[str, float]:
        """Give exact match and F1, from 0 to 1; where no question lacks an answer, every one is answered."""
        read, questions = self._read(table)
        outputs = iter(forward(examples))
        some_without = any(not example.answers for example in read)
        said = [
            _answer(asked, [next(outputs) for _ in asked.rows], may_be_none=some_without)
            for asked in questions
        ]
        scores = score_answers(said, [[answer.text for answer in example.answers] for example in read])
        return {"f1": scores.f1 / 100, "exact_match": scores.exact_match / 100}

    def _read(self, table: Table) -> tuple[list[SquadExample], list[AskedQuestion]]:
        examples = list(self._data.examples(table))
        questions = [Question(example.question, example.context) for example in examples]
        asked, error = self._reader.read(questions, first_index=0)
        if error is not None:
            raise unreadable_row(error.index, error.message) from error
        return examples, asked


def _answer(asked: AskedQuestion, outputs: Sequence[tuple[FloatArray, ...]], *, may_be_none: bool) -> str:
    """Take the best span of all windows; none where the windows hold it for likelier that there is none."""
    logits, nulls = [], []
    for (starts, ends), span, null in zip(outputs, asked.spans, asked.nulls, strict=True):
        own = slice(asked.start, asked.start + len(span))
        logits.append(np.stack((starts[own], ends[own]), axis=1))
        nulls.append(float(starts[null] + ends[null]))
    band = span_band(asked.spans, logits, extents=asked.extents, longest=_LONGEST)
    best = next(best_spans(band, asked.extents, overlapping="merge"))
    if may_be_none and min(nulls) > best.logit:
        return ""
    return asked.context[asked.extents[best.first, 0] : asked.extents[best.last, 1]]
