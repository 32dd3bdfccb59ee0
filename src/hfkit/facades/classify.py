"""Classify: labels for texts and pairs of texts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict, Unpack, get_args

from hfkit.engines.calls import call_batch, call_map, call_one
from hfkit.engines.facade import Facade
from hfkit.engines.inputs import check_input, check_inputs
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_scoring
from hfkit.engines.reading import Overflow, Reading, fitting_window
from hfkit.engines.scoring import ScoringSession
from hfkit.errors import SettingError
from hfkit.starter import starter_folder
from hfkit.text.scores import Pooling, activate, pool, rank
from hfkit.values.batch import Batch
from hfkit.values.classification import Classification, LabelScore
from hfkit.values.constraints import require_choice, require_kind, require_model, require_whole
from hfkit.values.inputs import TextInput
from hfkit.values.runtime import Runtime
from hfkit.values.statistics import Statistics

if TYPE_CHECKING:
    from typing import Self

    from hfkit.engines.scoring import ScoredInputs
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.provenance import Source

__all__ = ["Classify", "ClassifySettings"]

ActivationSetting: TypeAlias = Literal["auto", "softmax", "sigmoid", "none"]


class ClassifySettings(TypedDict, total=False):
    """The settings of Classify, for ``with_``."""

    model: str | os.PathLike[str] | None
    top_k: int | None
    activation: ActivationSetting
    threshold: float
    overflow: Overflow
    window: int | None
    overlap: int
    pooling: Pooling
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Classify(Facade[ScoringSession]):
    """Label texts, or pairs of texts, with a sequence classification model.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``; None for the sentiment starter.
            An adapter (PEFT) opens like a model: its base is found and merged.
        top_k: labels to keep in ``scores``, best first; None keeps all.
        activation: from logits to scores; ``"auto"`` as the model's ``problem_type`` says, and without
            one softmax for several labels, sigmoid for a single one. ``"none"`` leaves logits as they are.
        threshold: from which score on a label holds, 0 to 1, where scores come of a sigmoid.
        overflow: ``"window"`` reads long texts in overlapping windows and pools their scores,
            ``"error"`` refuses them, ``"truncate"`` reads their beginning.
        window: tokens of a window, special tokens included; None for the most the model takes.
        overlap: tokens that neighboring windows share, at most half a window.
        pooling: ``"mean"`` weighs each window by the tokens it is the first to show; ``"max"``
            takes each label's highest score, for labels that hold if they hold anywhere.
        max_characters: longer texts are refused; None for no limit.
        runtime: where and how the model runs.

    Raises:
        SettingError: a setting is out of its range.

    >>> classify = Classify("org/model", top_k=2)
    >>> classify.with_(top_k=None) == Classify("org/model")
    True
    """

    model: str | os.PathLike[str] | None = None
    _: KW_ONLY
    top_k: int | None = None
    activation: ActivationSetting = "auto"
    threshold: float = 0.5
    overflow: Overflow = "window"
    window: int | None = None
    overlap: int = 64
    pooling: Pooling = "mean"
    max_characters: int | None = 1_000_000
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_model(self.model)
        require_kind("runtime", self.runtime, (Runtime,))
        require_choice("activation", self.activation, get_args(ActivationSetting))
        require_choice("overflow", self.overflow, get_args(Overflow))
        require_choice("pooling", self.pooling, get_args(Pooling))
        require_whole("top_k", self.top_k, least=1)
        require_whole("window", self.window, least=1)
        require_whole("overlap", self.overlap, least=0)
        require_whole("max_characters", self.max_characters, least=1)
        require_kind("threshold", self.threshold, (int, float))
        if not 0 <= self.threshold <= 1:
            raise SettingError(f"threshold is {self.threshold!r}, must be from 0 to 1", hint="0.5 is usual")

    def __call__(self, text: TextInput, /) -> Classification:
        """Label one text or pair.

        Raises:
            InputError: the input cannot be read; a subclass says why.
            ModelError: the model cannot be opened; a subclass says why.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the model needs is not installed.
            SettingError: ``window`` is more than the model reads, or leaves no room.
            BackendError: the device is not there, or its memory is too small; a subclass says why.
        """
        return call_one(check_input(text, max_characters=self.max_characters), self._classify)

    def batch(self, texts: Iterable[TextInput], /) -> Batch[Classification]:
        """Label many texts or pairs, in any lengths: they are sorted, batched, and put back in order.

        What can be seen without a tokenizer (type, emptiness, encoding, length in characters) is
        checked for all inputs before the first is computed.

        Raises:
            InputError: an input cannot be read; ``error.index`` says which.
            HfkitError: what one call may raise of the model and the settings.
        """
        inputs = check_inputs(texts, max_characters=self.max_characters)
        return call_batch(inputs, self._classify, progress=self.runtime.progress, unit="text")

    def map(self, texts: Iterable[TextInput], /) -> Iterator[Classification]:
        """Label a stream lazily, in order, in bounded memory.

        Inputs are taken in growing chunks, so the first result comes soon. At a bad input the
        results of all before it have been given, then its error is raised.

        Raises:
            InputTypeError: ``texts`` is one input, or cannot be iterated; at the call.
            InputError: an input cannot be read; when it is reached.
        """
        return call_map(check_inputs(texts, max_characters=self.max_characters), self._classify)

    def with_(self, **changes: Unpack[ClassifySettings]) -> Self:
        """Give a facade with some settings changed; an open model is shared, not opened again."""
        return replace(self, **changes)

    @property
    def labels(self) -> tuple[str, ...]:
        """The model's labels; opens the model."""
        return self._session.card.labels.names

    @property
    def source(self) -> Source:
        """What every result carries as its source; opens the model."""
        return self._session.source

    def _open(self) -> ScoringSession:
        return open_scoring(self._locate, self.runtime)

    def _locate(self) -> ModelFolder:
        if self.model is None:
            return starter_folder("sentiment", offline=self.runtime.offline)
        return locate_model(self.model, self.runtime)

    def _reading(self, session: ScoringSession) -> Reading:
        size = fitting_window(self.window, session.window_limit, session.source.model)
        return Reading(size, self.overlap, self.overflow)

    def _classify(
        self, chunks: Iterable[Sequence[TextInput]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[list[Classification], Statistics]]:
        session = self._session
        for scored in session.run(
            chunks,
            self._reading(session),
            budget=self.runtime.batch_tokens,
            advance=advance,
            single=single,
        ):
            yield self._results(session, scored), scored.statistics

    def _results(self, session: ScoringSession, scored: ScoredInputs) -> list[Classification]:
        scheme = session.card.labels
        activation = scheme.activation if self.activation == "auto" else self.activation
        scores = pool(
            activate(scored.logits, activation),
            counts=scored.counts,
            weights=scored.weights,
            pooling=self.pooling,
        )
        order = rank(scores, top_k=None)  # labels that hold are found before top_k cuts
        results = []
        for row, best, coverage in zip(scores.tolist(), order.tolist(), scored.coverages, strict=True):
            entries = tuple(LabelScore(scheme.names[i], row[i]) for i in best)
            if activation == "sigmoid":
                labels = tuple(entry.label for entry in entries if entry.score >= self.threshold)
            else:
                labels = (entries[0].label,)
            results.append(Classification(entries[: self.top_k], labels, coverage, session.source))
        return results
