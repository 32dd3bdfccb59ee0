"""A model that is measured, open in a process of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import log
from time import perf_counter
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, cast

import numpy as np

from hfkit._lazy import reach
from hfkit.data.labelled import Labelled
from hfkit.jobs.evaluating_language import foresee_texts
from hfkit.jobs.evaluating_tags import read_tags
from hfkit.jobs.evaluation import choose_rows
from hfkit.metrics.entities import find_entities, tag_scheme
from hfkit.text.token_pooling import unit_rows
from hfkit.values.bootstrap import Bootstrap

from .memory import peak_bytes, weight_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hfkit.data.squad import Squad
    from hfkit.data.tagged import Tagged
    from hfkit.jobs.evaluated_models import Evaluable, GoesOn, TagsWords
    from hfkit.jobs.evaluation import Split
    from hfkit.text.arrays import FloatArray
    from hfkit.values.answer_report import AnswerReport
    from hfkit.values.answers import Answers
    from hfkit.values.batch import Batch
    from hfkit.values.classification import Classification
    from hfkit.values.classification_report import ClassificationReport, MultiLabelReport
    from hfkit.values.embedding import Embedding
    from hfkit.values.generation import Generation
    from hfkit.values.provenance import Source
    from hfkit.values.runtime import Runtime
    from hfkit.values.tag_report import TagReport
    from hfkit.values.tagging import Tagging

    from .probes import Probe
    from .verbs import Verb

__all__ = ["Decided", "ScoredRows", "Subject", "open_subject"]

_Result: TypeAlias = "Classification | Answers | Tagging | Embedding | Generation[None]"

_Labels: TypeAlias = "Labelled | Squad | Tagged | None"

_WHOLE = 100.0  # percent

# Spans and tokens whose scores are compared, for each input.
_COMPARED = 5

# Other inputs whose similarities are compared, for each input.
_NEIGHBORS = 32

# Intervals are drawn from the rows of both models together.
_NO_DRAWS = Bootstrap(resamples=1)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a model decides on inputs that it is given together.

    Attributes:
        source: which model it is, and how it runs.
        decisions: one for each input.
        scores: for each input logits, or log probabilities, by what they are of.
    """

    source: Source
    decisions: tuple[object, ...]
    scores: tuple[Mapping[object, float], ...]


MetricName: TypeAlias = Literal[
    "accuracy", "subset accuracy", "F1", "entity F1", "tag accuracy", "perplexity", "rank correlation"
]
"""The metrics of which a drop is measured."""


@dataclass(frozen=True, slots=True)
class ScoredRows:
    """How good a model is on each row.

    Attributes:
        name: of the metric.
        rows: of each row what it adds to the metric, and how much it counts; of entities twice those that are right,
            and those that are said and those that there are.
    """

    name: MetricName
    rows: tuple[tuple[float, float], ...]


class _Measured(Protocol):
    """What is asked of a facade."""

    def __call__(self, item: Probe, /) -> _Result: ...
    def batch(self, items: Iterable[Probe], /) -> Batch[_Result]: ...
    def load(self) -> object: ...
    def with_(self, *, activation: Literal["none"]) -> _Measured: ...


class Subject(ABC):
    """A model that is open, and what can be measured of it.

    Args:
        facade: what opens it; it is opened here.
    """

    def __init__(self, facade: _Measured) -> None:
        self._facade = facade
        facade.load()

    def decide(self, inputs: Sequence[Probe]) -> Decided:
        """Decide on inputs together."""
        results = self._facade.batch(inputs)
        return Decided(
            results[0].source, tuple(self._decisions(results)), tuple(self._scores(inputs, results))
        )

    def decide_alone(self, inputs: Sequence[Probe]) -> tuple[object, ...]:
        """Decide on each input alone."""
        return tuple(self._decisions([self._facade(one) for one in inputs]))

    def time(self, inputs: Sequence[Probe], *, alone: bool) -> float:
        """Give the seconds for inputs, together or each alone."""
        started = perf_counter()
        if alone:
            for one in inputs:
                self._facade(one)
        else:
            self._facade.batch(inputs)
        return perf_counter() - started

    def weigh(self, model: str, verb: Verb, backend: str, runtime: Runtime) -> tuple[int, int | None]:
        """Give the bytes of its weights in memory, and the most that this process has had."""
        return weight_bytes(model, verb, backend, runtime), peak_bytes()

    def score(self, data: _Labels, split: Split, inputs: Sequence[Probe]) -> ScoredRows:
        """Say how good it is on each input, which are the rows of a split if there are data."""
        return self._score(data, split, inputs)

    @abstractmethod
    def _score(self, data: _Labels, split: Split, inputs: Sequence[Probe]) -> ScoredRows: ...

    @abstractmethod
    def _decisions(self, results: Sequence[_Result]) -> Iterable[object]: ...

    @abstractmethod
    def _scores(
        self, inputs: Sequence[Probe], results: Sequence[_Result]
    ) -> Iterable[Mapping[object, float]]: ...


class _Classifier(Subject):
    """A decision is the labels that hold."""

    def _score(self, data: _Labels, split: Split, inputs: Sequence[Probe]) -> ScoredRows:
        rows = len(inputs)
        if isinstance(data, Labelled) and data.multi_label:
            several = cast("MultiLabelReport", _evaluate(self._facade, data, split, several=True))
            return ScoredRows("subset accuracy", _right(rows, {one.row: 0.0 for one in several.mistakes}))
        report = cast("ClassificationReport", _evaluate(self._facade, data, split))
        return ScoredRows("accuracy", _right(rows, {one.row: 0.0 for one in report.mistakes}))

    def _decisions(self, results: Sequence[_Result]) -> Iterable[object]:
        return (frozenset(one.labels) for one in cast("Sequence[Classification]", results))

    def _scores(
        self,
        inputs: Sequence[Probe],
        results: Sequence[_Result],  # noqa: ARG002  # probabilities hide what changed
    ) -> Iterable[Mapping[object, float]]:
        logits = self._facade.with_(activation="none").batch(inputs)
        return (
            {entry.label: entry.score for entry in result.scores}
            for result in cast("Iterable[Classification]", logits)
        )


class _Reader(Subject):
    """A decision is the text of the answer."""

    def _score(self, data: _Labels, split: Split, inputs: Sequence[Probe]) -> ScoredRows:
        report = cast("AnswerReport", _evaluate(self._facade, data, split))
        wrong = {one.row: one.f1 / _WHOLE for one in report.mistakes}
        return ScoredRows("F1", _right(len(inputs), wrong))

    def _decisions(self, results: Sequence[_Result]) -> Iterable[object]:
        return ((one.answered, one.text) for one in cast("Sequence[Answers]", results))

    def _scores(
        self,
        inputs: Sequence[Probe],  # noqa: ARG002  # the results have them
        results: Sequence[_Result],
    ) -> Iterable[Mapping[object, float]]:
        return (
            {(span.start, span.end): span.logit for span in result.spans}
            for result in cast("Sequence[Answers]", results)
        )


class _Tagger(Subject):
    """A decision is the entities."""

    def _score(self, data: _Labels, split: Split, inputs: Sequence[Probe]) -> ScoredRows:  # noqa: ARG002  # the rows of the data
        report = cast("TagReport", _evaluate(self._facade, data, split))
        wrong = {one.row: one.said for one in report.mistakes}
        tagged = cast("Tagged", data)
        expected = read_tags(tagged, choose_rows(tagged, split, _NO_DRAWS))
        scheme = tag_scheme(cast("TagsWords", self._facade).labels)
        rows = []
        for row, tags in enumerate(expected):
            there = frozenset(find_entities(tags, scheme=scheme))
            said = frozenset(wrong.get(row, there))
            rows.append((2.0 * len(said & there), float(len(said) + len(there))))
        return ScoredRows("entity F1" if scheme == "conll" else "tag accuracy", tuple(rows))

    def _decisions(self, results: Sequence[_Result]) -> Iterable[object]:
        return (
            tuple((one.start, one.end, one.label) for one in result.entities)
            for result in cast("Sequence[Tagging]", results)
        )

    def _scores(
        self,
        inputs: Sequence[Probe],  # noqa: ARG002  # the results have them
        results: Sequence[_Result],
    ) -> Iterable[Mapping[object, float]]:
        return (
            {(word.start, word.label): log(word.score) for word in result.words}
            for result in cast("Sequence[Tagging]", results)
        )


class _Embedder(Subject):
    """A decision is which other input is the nearest."""

    _others: FloatArray | None = None

    def decide(self, inputs: Sequence[Probe]) -> Decided:
        """Decide on inputs together; what is later decided alone is compared with these."""
        self._others = None
        return super().decide(inputs)

    def _score(
        self,
        data: _Labels,  # noqa: ARG002  # none say which texts are near
        split: Split,  # noqa: ARG002  # the same
        inputs: Sequence[Probe],  # noqa: ARG002  # the same
    ) -> ScoredRows:
        return ScoredRows("accuracy", ())

    def _decisions(self, results: Sequence[_Result]) -> Iterable[object]:
        vectors = _directions(results)
        if self._others is None:
            self._others = vectors
        near = vectors @ self._others.T
        np.fill_diagonal(near, -np.inf)  # none is its own neighbor
        nearest: list[int] = near.argmax(axis=1).tolist()
        return nearest

    def _scores(
        self,
        inputs: Sequence[Probe],  # noqa: ARG002  # the results have them
        results: Sequence[_Result],
    ) -> Iterable[Mapping[object, float]]:
        vectors = _directions(results)
        near: list[list[float]] = (vectors @ vectors[:_NEIGHBORS].T).tolist()
        return (
            {place: score for place, score in enumerate(row) if place != own} for own, row in enumerate(near)
        )


def _directions(results: Sequence[_Result]) -> FloatArray:
    return unit_rows(np.stack([one.vector for one in cast("Sequence[Embedding]", results)]))


class _Writer(Subject):
    """A decision is the next token."""

    def _score(
        self,
        data: _Labels,  # noqa: ARG002  # a text is all there is
        split: Split,  # noqa: ARG002  # the same
        inputs: Sequence[Probe],
    ) -> ScoredRows:
        generate = cast("GoesOn", self._facade)
        found = foresee_texts(generate, cast("Sequence[str]", inputs))
        return ScoredRows(
            "perplexity", tuple((-one.logprob, float(one.tokens)) for one in found if one.tokens)
        )

    def _decisions(self, results: Sequence[_Result]) -> Iterable[object]:
        return (one.continuations[0].tokens for one in cast("Sequence[Generation[None]]", results))

    def _scores(
        self,
        inputs: Sequence[Probe],  # noqa: ARG002  # the results have them
        results: Sequence[_Result],
    ) -> Iterable[Mapping[object, float]]:
        for result in cast("Sequence[Generation[None]]", results):
            told = result.continuations[0].logprobs or ()
            yield {top.id: top.logprob for one in told[:1] for top in one.top}


def open_subject(model: str, verb: Verb, runtime: Runtime, *, no_answer: bool) -> Subject:
    """Open a model to measure it.

    Args:
        model: its folder, or its name and commit.
        verb: the facade that opens it.
        runtime: where and how it runs.
        no_answer: whether a reader may give none.

    Raises:
        HfkitError: it cannot be opened; a subclass says why.
    """
    opens = cast("Callable[..., _Measured]", reach(f"hfkit.facades.{verb.lower()}", verb))
    match verb:
        case "Classify":
            return _Classifier(opens(model, runtime=runtime))
        case "Answer":
            settings = {"top_k": _COMPARED, "overlapping": "keep", "no_answer": no_answer}
            return _Reader(opens(model, runtime=runtime, **settings))
        case "Tag":
            return _Tagger(opens(model, runtime=runtime))
        case "Embed":
            return _Embedder(opens(model, runtime=runtime))
        case "Generate":
            written = {"max_new_tokens": 1, "logprobs": _COMPARED, "overflow": "keep_end"}
            return _Writer(opens(model, runtime=runtime, **written))


def _evaluate(facade: object, data: object, split: Split, *, several: bool = False) -> object:
    """Evaluate as the facade Evaluate does."""
    kind = cast("_Evaluates", reach("hfkit.facades.evaluate", "Evaluate"))
    evaluate = kind(cast("Evaluable", facade), split=split, bootstrap=_NO_DRAWS)
    return evaluate.label_sets(data) if several else evaluate(data)


class _Evaluation(Protocol):
    """The facade Evaluate."""

    def __call__(self, data: object, /) -> object: ...
    def label_sets(self, data: object, /) -> object: ...


class _Evaluates(Protocol):
    """Its class."""

    def __call__(self, model: Evaluable, /, *, split: Split, bootstrap: Bootstrap) -> _Evaluation: ...


def _right(rows: int, wrong: Mapping[int, float]) -> tuple[tuple[float, float], ...]:
    """Give what each row counts: 1 but for those that are wrong."""
    return tuple((wrong.get(row, 1.0), 1.0) for row in range(rows))
