"""Tag: the names in a text, or a label for each of its words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack, get_args

from hfkit.engines.calls import call_batch, call_map, call_one
from hfkit.engines.cut_texts import check_tag_input, check_tag_inputs
from hfkit.engines.facade import Facade
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_tagging
from hfkit.engines.reading import Overflow, fitting_window
from hfkit.engines.tagging import TaggingSession
from hfkit.values.batch import Batch
from hfkit.values.constraints import require_choice, require_kind, require_own_model, require_whole
from hfkit.values.inputs import TagInput
from hfkit.values.runtime import Runtime
from hfkit.values.statistics import Statistics
from hfkit.values.tagging import Tagging

if TYPE_CHECKING:
    from typing import Self

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.provenance import Source

__all__ = ["Tag", "TagSettings"]


class TagSettings(TypedDict, total=False):
    """The settings of Tag, for ``with_``."""

    model: str | os.PathLike[str]
    overflow: Overflow
    window: int | None
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Tag(Facade[TaggingSession]):
    """Find the names in a text, or label each of its words, with a token classification model.

    A text is cut into words as the data are that such models learn from, see
    :func:`~hfkit.text.word_splitting.split_words`, and the model reads them with blanks between them, as in training;
    :class:`~hfkit.Words` are taken as they are. The label of a word is that of its first token. The labels of words in
    a row make the entities: by the rules of CoNLL, which :class:`~hfkit.Evaluate` counts by too, see
    :func:`~hfkit.text.entity_tags.entity_marks`.

    A text may have any length: it is read in windows that overlap by half, as Tune reads it, and a word has its label
    from the window that shows most around it.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``; there is no starter.
            An adapter (PEFT) opens like a model: its base is found and merged.
        overflow: ``"window"`` reads long texts in overlapping windows, ``"error"`` refuses them, ``"truncate"`` reads
            their beginning, and gives no labels for the rest.
        window: tokens of a window, special tokens included; None for the most the model takes.
        max_characters: longer texts are refused; None for no limit.
        runtime: where and how the model runs.

    Raises:
        SettingError: a setting is out of its range.

    Source: Devlin et al. 2019, arXiv:1810.04805, section 5.3 (the first token of a word); the score of an entity is
    that of transformers' pipeline with ``aggregation_strategy="first"``.

    >>> tag = Tag("org/model", window=128)
    >>> tag.with_(window=None) == Tag("org/model")
    True
    """

    model: str | os.PathLike[str]
    _: KW_ONLY
    overflow: Overflow = "window"
    window: int | None = None
    max_characters: int | None = 1_000_000
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_own_model(
            self.model,
            does="tags",
            hint="name a model for token classification, or make one with Tune and Tagged data",
        )
        require_kind("runtime", self.runtime, (Runtime,))
        require_choice("overflow", self.overflow, get_args(Overflow))
        require_whole("window", self.window, least=1)
        require_whole("max_characters", self.max_characters, least=1)

    def __call__(self, text: TagInput, /) -> Tagging:
        """Tag one text.

        Raises:
            InputError: the input cannot be read; a subclass says why.
            ModelError: the model cannot be opened; a subclass says why.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the model needs is not installed.
            SettingError: ``window`` is more than the model reads, or leaves no room.
            BackendError: the device is not there, or its memory is too small; a subclass says why.
        """
        return call_one(check_tag_input(text, max_characters=self.max_characters), self._tag)

    def batch(self, texts: Iterable[TagInput], /) -> Batch[Tagging]:
        """Tag many texts, in any lengths: they are sorted, batched, and put back in order.

        What can be seen without a tokenizer (type, emptiness, encoding, length in characters) is
        checked for all inputs before the first is computed.

        Raises:
            InputError: an input cannot be read; ``error.index`` says which.
            HfkitError: what one call may raise of the model and the settings.
        """
        inputs = check_tag_inputs(texts, max_characters=self.max_characters)
        return call_batch(inputs, self._tag, progress=self.runtime.progress, unit="text")

    def map(self, texts: Iterable[TagInput], /) -> Iterator[Tagging]:
        """Tag a stream lazily, in order, in bounded memory.

        Inputs are taken in growing chunks, so the first result comes soon. At a bad input the
        results of all before it have been given, then its error is raised.

        Raises:
            InputTypeError: ``texts`` is one input, or cannot be iterated; at the call.
            InputError: an input cannot be read; when it is reached.
        """
        return call_map(check_tag_inputs(texts, max_characters=self.max_characters), self._tag)

    def with_(self, **changes: Unpack[TagSettings]) -> Self:
        """Give a facade with some settings changed; an open model is shared, not opened again."""
        return replace(self, **changes)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that a word may have; opens the model."""
        return self._session.card.labels.names

    @property
    def source(self) -> Source:
        """What every result carries as its source; opens the model."""
        return self._session.source

    def _open(self) -> TaggingSession:
        return open_tagging(self._locate, self.runtime)

    def _locate(self) -> ModelFolder:
        return locate_model(self.model, self.runtime)

    def _tag(
        self, chunks: Iterable[Sequence[TagInput]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[list[Tagging], Statistics]]:
        session = self._session
        return session.run(
            chunks,
            window=fitting_window(self.window, session.window_limit, session.source.model),
            overflow=self.overflow,
            budget=self.runtime.batch_tokens,
            advance=advance,
            single=single,
        )
