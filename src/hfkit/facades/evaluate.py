"""Evaluate: how good a model is on labelled data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, TypedDict, Unpack, cast, get_args, overload

from hfkit.errors import InputTypeError, SettingError
from hfkit.jobs.evaluated_models import (
    AnswersQuestions,
    Evaluable,
    GoesOn,
    LabelsTexts,
    TagsWords,
    WritesTexts,
    open_evaluated,
)
from hfkit.jobs.evaluation import EvaluationRows, Split, choose_rows
from hfkit.metrics.answers import AnswerStyle
from hfkit.metrics.texts import BleuWords
from hfkit.values.bootstrap import Bootstrap
from hfkit.values.constraints import require_choice, require_kind, require_model, require_whole
from hfkit.values.runtime import Runtime
from hfkit.values.shown import shown_settings

if TYPE_CHECKING:
    from typing import Self

    from hfkit.data.labelled import Labelled
    from hfkit.data.parallel import Parallel
    from hfkit.data.squad import Squad
    from hfkit.data.tagged import Tagged
    from hfkit.data.texts import Texts
    from hfkit.values.answer_report import AnswerReport
    from hfkit.values.classification_report import ClassificationReport, MultiLabelReport
    from hfkit.values.language_report import LanguageReport
    from hfkit.values.tag_report import TagReport
    from hfkit.values.text_report import TextReport

__all__ = ["Evaluate", "EvaluateSettings"]


class EvaluateSettings(TypedDict, total=False):
    """The settings of Evaluate, for ``with_``."""

    model: str | os.PathLike[str] | Evaluable | None
    split: Split
    labels: Mapping[str, str] | None
    bootstrap: Bootstrap
    bins: int
    style: AnswerStyle
    words: BleuWords
    window: int | None
    stride: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Evaluate:
    """Say how good a model is on data whose answers are known: figures with their intervals, mistakes, speed.

    What is measured follows from the type of the data, and with it which facade a folder is opened with:

    - ``Labelled``: Classify; accuracy, precision, recall, F1, confusion, calibration. Where rows have lists of
      labels, call :meth:`label_sets`.
    - ``Squad``: Answer; exact match and F1. Where some questions have no answer, a folder's model may give none.
    - ``Tagged``: Tag; F1 of entities, as CoNLL counts.
    - ``Texts``: Generate; perplexity.
    - ``Parallel``: Generate, or a Summarize or Translate that is given; BLEU, chrF and ROUGE.

    Attributes:
        model: a facade as you use it, whose settings then hold; or a folder, ``"org/name"`` or
            ``"org/name@revision"``, opened with the verb that fits the data; None for that verb's starter, which Tag
            does not have. A facade stays open, a folder is closed again.
        split: the rows to evaluate on. Never another one in its place: where there is no test split, say
            ``split="validation"``.
        labels: the data's names for labels of the model, ``{"LABEL_0": "negative"}``, where they are not the same.
        bootstrap: how confidence intervals are drawn.
        bins: of the calibration error, of equal width.
        style: how answers are compared, see :mod:`hfkit.metrics.answers`.
        words: how BLEU cuts texts into words, see :mod:`hfkit.metrics.texts`.
        window: for perplexity, the tokens that the model reads at a time; None for its limit.
        stride: for perplexity, by how many tokens the window moves on; None for half of it.
        runtime: where and how the model of a folder runs; a facade has its own.

    Raises:
        SettingError: a setting is out of its range.

    >>> evaluate = Evaluate("org/model")
    >>> evaluate.with_(split="validation")
    Evaluate('org/model', split='validation')
    """

    model: str | os.PathLike[str] | Evaluable | None = None
    _: KW_ONLY
    split: Split = "test"
    labels: Mapping[str, str] | None = field(default=None, hash=False)
    bootstrap: Bootstrap = Bootstrap()
    bins: int = 15
    style: AnswerStyle = "squad"
    words: BleuWords = "13a"
    window: int | None = None
    stride: int | None = None
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        if isinstance(self.model, str | os.PathLike):
            require_model(self.model)
        require_choice("split", self.split, get_args(Split))
        require_choice("style", self.style, get_args(AnswerStyle))
        require_choice("words", self.words, get_args(BleuWords))
        require_kind("bootstrap", self.bootstrap, (Bootstrap,))
        require_kind("runtime", self.runtime, (Runtime,))
        require_whole("bins", self.bins, least=1, required=True)
        require_whole("window", self.window, least=2)
        require_whole("stride", self.stride, least=1)
        _require_renamed(self.labels)

    def __repr__(self) -> str:
        return shown_settings(self)

    @overload
    def __call__(self, data: Labelled, /) -> ClassificationReport: ...
    @overload
    def __call__(self, data: Squad, /) -> AnswerReport: ...
    @overload
    def __call__(self, data: Tagged, /) -> TagReport: ...
    @overload
    def __call__(self, data: Texts, /) -> LanguageReport: ...
    @overload
    def __call__(self, data: Parallel, /) -> TextReport: ...
    def __call__(
        self, data: Labelled | Squad | Tagged | Texts | Parallel, /
    ) -> ClassificationReport | AnswerReport | TagReport | LanguageReport | TextReport:
        """Evaluate the model on one split.

        Raises:
            InputTypeError: the data are of no such type.
            InputError: a row cannot be read, or rows have lists of labels; a subclass says why.
            DataError: there is no such split, or a row has nothing to compare with; a subclass says why.
            UnknownLabelError: the labels of model and data are not the same.
            SettingError: the model is a facade that does not fit the data, or a setting does not fit the model.
            MissingDependencyError: a package that the model or a metric needs is not installed.
            HfkitError: what a call of the facade may raise.
        """
        from hfkit.data.labelled import Labelled
        from hfkit.data.parallel import Parallel
        from hfkit.data.squad import Squad
        from hfkit.data.tagged import Tagged
        from hfkit.data.texts import Texts

        match data:
            case Labelled():
                return self._labels(data)
            case Squad():
                return self._answers(data)
            case Tagged():
                return self._tags(data)
            case Texts():
                return self._language(data)
            case Parallel():
                return self._texts(data)
            case _:
                raise InputTypeError(
                    f"data is a {type(data).__name__}, must be Labelled, Squad, Tagged, Texts or Parallel",
                    hint="say what the columns hold: hfkit.Labelled(train=..., test=table, text='text', label='label')",
                )

    def label_sets(self, data: Labelled, /) -> MultiLabelReport:
        """Evaluate a model that may give each row any number of labels.

        Raises:
            InputError: rows have one label each, or one cannot be read.
            HfkitError: what a call may raise.
        """
        from hfkit.jobs.evaluating_labels import evaluate_label_sets

        rows = self._rows(data)
        with open_evaluated(self.model, "Classify", task=rows.task, runtime=self.runtime) as (facade, _):
            classify = cast("LabelsTexts", facade)
            return evaluate_label_sets(classify, data, rows, renamed=self.labels)

    def with_(self, **changes: Unpack[EvaluateSettings]) -> Self:
        """Give a facade with some settings changed."""
        return replace(self, **changes)

    def _labels(self, data: Labelled) -> ClassificationReport:
        from hfkit.jobs.evaluating_labels import evaluate_labels

        rows = self._rows(data)
        with open_evaluated(self.model, "Classify", task=rows.task, runtime=self.runtime) as (facade, _):
            classify = cast("LabelsTexts", facade)
            return evaluate_labels(classify, data, rows, renamed=self.labels, bins=self.bins)

    def _answers(self, data: Squad) -> AnswerReport:
        from hfkit.jobs.evaluating_answers import evaluate_answers, may_be_unanswered, read_references

        rows = self._rows(data)
        references = read_references(data, rows)
        with open_evaluated(self.model, "Answer", task=rows.task, runtime=self.runtime) as (facade, ours):
            answer = cast("AnswersQuestions", facade)
            if ours:
                answer = answer.with_(no_answer=may_be_unanswered(references))
            return evaluate_answers(answer, data, rows, references, style=self.style)

    def _language(self, data: Texts) -> LanguageReport:
        from hfkit.jobs.evaluating_language import evaluate_language

        rows = self._rows(data)
        with open_evaluated(self.model, "Generate", task=rows.task, runtime=self.runtime) as (facade, _):
            generate = cast("GoesOn", facade)
            return evaluate_language(generate, data, rows, window=self.window, stride=self.stride)

    def _tags(self, data: Tagged) -> TagReport:
        from hfkit.jobs.evaluating_tags import evaluate_tags, read_tags

        rows = self._rows(data)
        expected = read_tags(data, rows)
        with open_evaluated(self.model, "Tag", task=rows.task, runtime=self.runtime) as (facade, _):
            return evaluate_tags(cast("TagsWords", facade), data, rows, expected, renamed=self.labels)

    def _texts(self, data: Parallel) -> TextReport:
        from hfkit.jobs.evaluating_texts import evaluate_texts

        rows = self._rows(data)
        with open_evaluated(
            self.model, "Generate", "Summarize", "Translate", task=rows.task, runtime=self.runtime
        ) as (facade, _):
            write = cast("WritesTexts", facade)
            return evaluate_texts(write, data, rows, words=self.words)

    def _rows(self, data: Labelled | Squad | Tagged | Texts | Parallel) -> EvaluationRows:
        return choose_rows(data, self.split, self.bootstrap)


def _require_renamed(labels: object) -> None:
    if labels is None:
        return
    if not isinstance(labels, Mapping) or not all(
        isinstance(text, str) for pair in labels.items() for text in pair
    ):
        raise SettingError(
            f"labels is {labels!r}, must map labels of the model to those of the data",
            hint="for example labels={'LABEL_0': 'negative'}",
        )
