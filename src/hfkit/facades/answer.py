"""Answer: find the answer to a question in a text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack, get_args

from hfkit.engines.answering import AnsweringSession, Search
from hfkit.engines.calls import call_batch, call_map, call_one
from hfkit.engines.facade import Facade
from hfkit.engines.inputs import check_question, check_questions
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_answering
from hfkit.engines.reading import Overflow, Reading, fitting_window
from hfkit.errors import InputError, InputTypeError
from hfkit.metrics.answers import AnswerStyle
from hfkit.metrics.scores import score_answers
from hfkit.metrics.threshold import AnswerMetric, best_threshold, between_scores
from hfkit.starter import starter_folder
from hfkit.text.spans import Overlapping
from hfkit.values.answer_scores import NoAnswerThreshold
from hfkit.values.answers import Answers
from hfkit.values.batch import Batch
from hfkit.values.constraints import (
    require_choice,
    require_kind,
    require_model,
    require_number,
    require_whole,
)
from hfkit.values.inputs import Question
from hfkit.values.runtime import Runtime
from hfkit.values.statistics import Statistics

if TYPE_CHECKING:
    from typing import Self

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.provenance import Source

__all__ = ["Answer", "AnswerSettings"]

# The length that readers are trained at; longer windows are slower and no better.
_USUAL_WINDOW = 384


class AnswerSettings(TypedDict, total=False):
    """The settings of Answer, for ``with_``."""

    model: str | os.PathLike[str] | None
    top_k: int
    max_answer_tokens: int
    no_answer: bool
    null_threshold: float
    overlapping: Overlapping
    whole_words: bool
    overflow: Overflow
    window: int | None
    overlap: int
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Answer(Facade[AnsweringSession]):
    """Find the parts of a text that answer a question, with an extractive question answering model.

    The text may have any length: it is read in overlapping windows, and every span that may be an
    answer lies whole in one of them. Spans of all windows are ranked by their raw logits.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``; None for the starter reader.
            An adapter (PEFT) opens like a model: its base is found and merged.
        top_k: the most spans to give, best first.
        max_answer_tokens: the most tokens of an answer.
        no_answer: let the model say that the text does not answer the question; for models that
            were trained on such questions (SQuAD v2).
        null_threshold: with ``no_answer``, none is given where ``null_score`` is above it;
            :meth:`find_threshold` finds the best one for labelled questions.
        overlapping: ``"merge"`` gives the best of the spans that share characters; ``"keep"`` gives
            them all, up to ``top_k``.
        whole_words: widen answers to whole words; never in scripts without blanks between words.
        overflow: ``"window"`` reads all of a long text, ``"error"`` refuses it, ``"truncate"``
            reads its beginning.
        window: tokens of a window, the question and special tokens included; None for 384, or
            what the model takes if that is less.
        overlap: tokens that neighboring windows share, at most half of what the question leaves and at
            least an answer's length.
        max_characters: longer questions and texts are refused; None for no limit.
        runtime: where and how the model runs.

    Raises:
        SettingError: a setting is out of its range.

    Source: Devlin et al. 2019, arXiv:1810.04805, section 4.2 and 4.3 (the span score and the null
    score); windows that are ranked together: Clark and Gardner 2018, arXiv:1710.10723.

    >>> answer = Answer("org/model", top_k=3)
    >>> answer.with_(top_k=1) == Answer("org/model")
    True
    """

    model: str | os.PathLike[str] | None = None
    _: KW_ONLY
    top_k: int = 1
    max_answer_tokens: int = 30
    no_answer: bool = False
    null_threshold: float = 0.0
    overlapping: Overlapping = "merge"
    whole_words: bool = False
    overflow: Overflow = "window"
    window: int | None = None
    overlap: int = 128
    max_characters: int | None = 1_000_000
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_model(self.model)
        require_kind("runtime", self.runtime, (Runtime,))
        require_choice("overflow", self.overflow, get_args(Overflow))
        require_choice("overlapping", self.overlapping, get_args(Overlapping))
        require_kind("no_answer", self.no_answer, (bool,))
        require_kind("whole_words", self.whole_words, (bool,))
        require_number("null_threshold", self.null_threshold)
        require_whole("window", self.window, least=1)
        require_whole("overlap", self.overlap, least=0)
        require_whole("max_characters", self.max_characters, least=1)
        for name in ("top_k", "max_answer_tokens"):
            require_kind(name, getattr(self, name), (int,))
            require_whole(name, getattr(self, name), least=1)

    def __call__(self, question: Question, /) -> Answers:
        """Answer one question.

        Raises:
            InputError: the question or its context cannot be read; a subclass says why.
            ModelError: the model cannot be opened; a subclass says why.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the model needs is not installed.
            SettingError: ``window`` is more than the model reads, or leaves too little for the longest answer.
            BackendError: the device is not there, or its memory is too small; a subclass says why.
        """
        return call_one(check_question(question, max_characters=self.max_characters), self._answer)

    def batch(self, questions: Iterable[Question], /) -> Batch[Answers]:
        """Answer many questions over many texts.

        A text is tokenized once for all its questions; of texts that have more than 4,000,000 characters
        together, for those that stand next to each other.

        What can be seen without a tokenizer (type, emptiness, encoding, length in characters) is
        checked for all questions before the first is computed.

        Raises:
            InputError: a question cannot be read; ``error.index`` says which.
            HfkitError: what one call may raise of the model and the settings.
        """
        inputs = check_questions(questions, max_characters=self.max_characters)
        return call_batch(inputs, self._answer, progress=self.runtime.progress, unit="question")

    def map(self, questions: Iterable[Question], /) -> Iterator[Answers]:
        """Answer a stream of questions lazily, in order, in bounded memory.

        Questions are taken in growing chunks, so the first answer comes soon. At a bad question the
        answers to all before it have been given, then its error is raised.

        Raises:
            InputTypeError: ``questions`` is one question, or cannot be iterated; at the call.
            InputError: a question cannot be read; when it is reached.
        """
        return call_map(check_questions(questions, max_characters=self.max_characters), self._answer)

    def find_threshold(
        self,
        questions: Iterable[Question],
        references: Iterable[Sequence[str]],
        /,
        *,
        metric: AnswerMetric = "f1",
        style: AnswerStyle = "squad",
    ) -> NoAnswerThreshold:
        """Find the ``null_threshold`` that scores best on labelled questions.

        Use questions that the model was not trained on, some of them without an answer, and judge the
        threshold on others.

        Args:
            questions: the questions.
            references: for each question the answers that count as right; none if there is no answer.
            metric: which figure is to be the highest.
            style: how answers are compared, see :mod:`hfkit.metrics.answers`.

        Returns:
            A threshold between the null scores of two of the questions, and the figures that it gives.

        Raises:
            InputError: a question or a reference cannot be read, or there are not as many of both.
            SettingError: there is no such metric or style.

        Source: ``find_best_thresh`` in the evaluation script of SQuAD 2.0, Rajpurkar et al. 2018,
        arXiv:1806.03822; see :func:`hfkit.metrics.threshold.best_threshold` and
        :func:`~hfkit.metrics.threshold.between_scores`.
        """
        asked = list(check_questions(questions, max_characters=self.max_characters))
        if isinstance(references, str) or not isinstance(references, Iterable):
            raise InputTypeError(
                f"references are {references!r}, must be a sequence of texts for each question",
                hint="give a question without an answer an empty list",
            )
        allowed = list(references)
        if len(asked) != len(allowed):
            raise InputError(
                f"there are {len(asked)} questions and {len(allowed)} lists of references, must be as many of both",
                hint="give a question without an answer an empty list",
            )
        require_choice("metric", metric, get_args(AnswerMetric))
        score_answers([""] * len(asked), allowed, style=style)  # refuses bad references before the work
        found = list(self.with_(no_answer=False).batch(asked))
        nulls = [answers.null_score for answers in found]
        texts = [answers.text for answers in found]
        return between_scores(best_threshold(texts, allowed, nulls, metric=metric, style=style), nulls)

    def with_(self, **changes: Unpack[AnswerSettings]) -> Self:
        """Give a facade with some settings changed; an open model is shared, not opened again."""
        return replace(self, **changes)

    @property
    def source(self) -> Source:
        """What every result carries as its source; opens the model."""
        return self._session.source

    def _open(self) -> AnsweringSession:
        return open_answering(self._locate, self.runtime)

    def _locate(self) -> ModelFolder:
        if self.model is None:
            return starter_folder("reader", offline=self.runtime.offline)
        return locate_model(self.model, self.runtime)

    def _answer(
        self, chunks: Iterable[Sequence[Question]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[list[Answers], Statistics]]:
        session = self._session
        most = fitting_window(self.window, session.window_limit, session.source.model)
        size = self.window or min(_USUAL_WINDOW, most)
        return session.run(
            chunks,
            Reading(size, self.overlap, self.overflow),
            Search(
                top_k=self.top_k,
                longest=self.max_answer_tokens,
                overlapping=self.overlapping,
                whole_words=self.whole_words,
                null_threshold=self.null_threshold if self.no_answer else None,
            ),
            budget=self.runtime.batch_tokens,
            advance=advance,
            single=single,
        )
