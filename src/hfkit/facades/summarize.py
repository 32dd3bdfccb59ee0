"""Summarize: say a text in fewer words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from hfkit.engines.calls import call_batch, call_map, call_one
from hfkit.engines.facade import Facade
from hfkit.engines.inputs import check_document, check_documents
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_writing
from hfkit.engines.summarizing import SummaryOrder, summarize
from hfkit.engines.writing import WritingSession
from hfkit.starter import starter_folder
from hfkit.values.batch import Batch
from hfkit.values.constraints import require_kind, require_model, require_text, require_whole
from hfkit.values.decoding import Beam, Decoding, Greedy, Sample
from hfkit.values.runtime import Runtime
from hfkit.values.statistics import Statistics
from hfkit.values.summaries import Summary

if TYPE_CHECKING:
    from typing import Self

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.provenance import Source

__all__ = ["Summarize", "SummarizeSettings"]


class SummarizeSettings(TypedDict, total=False):
    """The settings of Summarize, for ``with_``."""

    model: str | os.PathLike[str] | None
    decoding: Decoding
    max_new_tokens: int
    min_new_tokens: int
    instruction: str | None
    template: str | None
    window: int | None
    merge: bool
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Summarize(Facade[WritingSession]):
    """Say texts in fewer words, with a model made for it (BART, T5, Pegasus) or with one that chats.

    A text may have any length. What the model does not read at once is cut into passages between sentences, each is
    summarized, and the summaries are summarized in turn until there is one. Nothing is left out unread.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``; None for the starter, SmolLM2-135M-Instruct.
        decoding: how tokens are chosen, ``Greedy()``, ``Sample(...)`` or ``Beam(...)``.
        max_new_tokens: the most tokens of a summary, of a passage's too.
        min_new_tokens: the model may not end a summary before so many.
        instruction: what the model is told before the text; None for the words that it was trained with
            (``"summarize: "`` of T5), or for hfkit's own in a chat.
        template: a chat template in place of the model's, or the name of one of the model's.
        window: the most tokens of a passage; None for as many as the model has room for.
        merge: whether the summaries of passages are summarized in turn; else they are the summary, one paragraph each.
        max_characters: longer texts are refused; None for no limit.
        runtime: where and how the model runs.

    Raises:
        SettingError: a setting is out of its range.

    >>> summarize = Summarize("org/model", max_new_tokens=60)
    >>> summarize.with_(max_new_tokens=128) == Summarize("org/model")
    True
    """

    model: str | os.PathLike[str] | None = None
    _: KW_ONLY
    decoding: Decoding = Greedy()
    max_new_tokens: int = 128
    min_new_tokens: int = 0
    instruction: str | None = None
    template: str | None = None
    window: int | None = None
    merge: bool = True
    max_characters: int | None = 1_000_000
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_model(self.model)
        require_kind("runtime", self.runtime, (Runtime,))
        require_kind("decoding", self.decoding, (Greedy, Sample, Beam))
        require_kind("max_new_tokens", self.max_new_tokens, (int,))
        require_whole("max_new_tokens", self.max_new_tokens, least=1)
        require_kind("min_new_tokens", self.min_new_tokens, (int,))
        require_whole("min_new_tokens", self.min_new_tokens, least=0, most=self.max_new_tokens)
        if self.instruction is not None:
            require_text("instruction", self.instruction)
        if self.template is not None:
            require_text("template", self.template)
        require_whole("window", self.window, least=1)
        require_kind("merge", self.merge, (bool,))
        require_whole("max_characters", self.max_characters, least=1)

    def __call__(self, text: str, /) -> Summary:
        """Summarize one text.

        Raises:
            InputError: the text cannot be read; a subclass says why.
            ModelError: the model cannot be opened, or chats and has no template; a subclass says why.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the model or a chat needs is not installed.
            SettingError: there is no room for a passage, or less than ``window``.
            BackendError: the device is not there, or its memory is too small; a subclass says why.
        """
        return call_one(check_document(text, max_characters=self.max_characters), self._summarize)

    def batch(self, texts: Iterable[str], /) -> Batch[Summary]:
        """Summarize many texts; passages of all of them are read together.

        All texts are checked before the first is read.

        Raises:
            InputTypeError: ``texts`` is one text, or cannot be iterated.
            InputError: a text cannot be read; ``error.index`` says which.
            HfkitError: what one call may raise of the model and the settings.
        """
        inputs = check_documents(texts, max_characters=self.max_characters)
        return call_batch(inputs, self._summarize, progress=self.runtime.progress, unit="text")

    def map(self, texts: Iterable[str], /) -> Iterator[Summary]:
        """Summarize a stream of texts lazily, in order, in bounded memory.

        Raises:
            InputTypeError: ``texts`` is one text, or cannot be iterated; at the call.
            InputError: a text cannot be read; when it is reached.
        """
        return call_map(check_documents(texts, max_characters=self.max_characters), self._summarize)

    def with_(self, **changes: Unpack[SummarizeSettings]) -> Self:
        """Give a facade with some settings changed; an open model is shared, not opened again."""
        return replace(self, **changes)

    @property
    def source(self) -> Source:
        """What every result carries as its source; opens the model."""
        return self._session.source

    def _open(self) -> WritingSession:
        return open_writing(self._locate, self.runtime)

    def _locate(self) -> ModelFolder:
        if self.model is None:
            return starter_folder("writer", offline=self.runtime.offline)
        return locate_model(self.model, self.runtime, writes=True)

    def _summarize(
        self, chunks: Iterable[Sequence[str]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[list[Summary], Statistics]]:
        order = SummaryOrder(
            decoding=self.decoding,
            max_new_tokens=self.max_new_tokens,
            min_new_tokens=self.min_new_tokens,
            instruction=self.instruction,
            template=self.template,
            window=self.window,
            merge=self.merge,
        )
        return summarize(
            chunks, self._session, order, budget=self.runtime.cache_tokens, advance=advance, single=single
        )
