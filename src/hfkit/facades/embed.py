"""Embed: a text as a vector."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack, get_args

from hfkit.engines.calls import call_batch, call_map, call_one
from hfkit.engines.embedding import EmbeddingSession
from hfkit.engines.facade import Facade
from hfkit.engines.inputs import check_document, check_documents
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_embedding
from hfkit.engines.reading import Overflow, fitting_window
from hfkit.values.batch import Batch
from hfkit.values.constraints import require_choice, require_kind, require_own_model, require_whole
from hfkit.values.embedding import Embedding
from hfkit.values.runtime import Runtime
from hfkit.values.statistics import Statistics

if TYPE_CHECKING:
    from typing import Self

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.provenance import Source

__all__ = ["Embed", "EmbedSettings"]


class EmbedSettings(TypedDict, total=False):
    """The settings of Embed, for ``with_``."""

    model: str | os.PathLike[str]
    overflow: Overflow
    window: int | None
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Embed(Facade[EmbeddingSession]):
    """Turn texts into vectors, to search, compare or sort them by what they mean.

    How the tokens of a text make its vector is read off the model's own folder, as sentence-transformers writes it
    (``modules.json``): pooling, normalization and the longest sequence. Where nothing is said, the vector is the mean
    over the tokens, padding never among them, and not normalized; ``source.notes`` tells that, and the prompts that a
    model was trained with, which are yours to write.

    A text may have any length: it is read in windows that follow one another, and its vector is the mean of theirs,
    each weighed by its tokens. sentence-transformers reads only the first, as ``overflow="truncate"`` does.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``; there is no starter.
            An adapter (PEFT) opens like a model: its base is found and merged.
        overflow: ``"window"`` reads all of a long text, ``"error"`` refuses it, ``"truncate"`` reads its beginning.
        window: tokens of a window, special tokens included; None for the most the model takes.
        max_characters: longer texts are refused; None for no limit.
        runtime: where and how the model runs.

    Raises:
        SettingError: a setting is out of its range.

    Source: Reimers and Gurevych 2019, arXiv:1908.10084.

    >>> embed = Embed("org/model", window=128)
    >>> embed.with_(window=None) == Embed("org/model")
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
            does="embeds",
            hint="name a model of sentence-transformers, or any other encoder",
        )
        require_kind("runtime", self.runtime, (Runtime,))
        require_choice("overflow", self.overflow, get_args(Overflow))
        require_whole("window", self.window, least=1)
        require_whole("max_characters", self.max_characters, least=1)

    def __call__(self, text: str, /) -> Embedding:
        """Embed one text.

        Raises:
            InputError: the input cannot be read; a subclass says why.
            ModelError: the model cannot be opened, or its folder asks for what is not supported; a subclass says why.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the model needs is not installed.
            SettingError: ``window`` is more than the model reads, or leaves no room.
            BackendError: the device is not there, or its memory is too small; a subclass says why.
        """
        return call_one(check_document(text, max_characters=self.max_characters), self._embed)

    def batch(self, texts: Iterable[str], /) -> Batch[Embedding]:
        """Embed many texts, in any lengths: they are sorted, batched, and put back in order.

        :meth:`Batch.to_numpy <hfkit.Batch.to_numpy>` gives the vectors as one array.

        What can be seen without a tokenizer (type, emptiness, encoding, length in characters) is
        checked for all inputs before the first is computed.

        Raises:
            InputError: an input cannot be read; ``error.index`` says which.
            HfkitError: what one call may raise of the model and the settings.
        """
        inputs = check_documents(texts, max_characters=self.max_characters)
        return call_batch(inputs, self._embed, progress=self.runtime.progress, unit="text")

    def map(self, texts: Iterable[str], /) -> Iterator[Embedding]:
        """Embed a stream lazily, in order, in bounded memory.

        Inputs are taken in growing chunks, so the first result comes soon. At a bad input the
        results of all before it have been given, then its error is raised.

        Raises:
            InputTypeError: ``texts`` is one input, or cannot be iterated; at the call.
            InputError: an input cannot be read; when it is reached.
        """
        return call_map(check_documents(texts, max_characters=self.max_characters), self._embed)

    def with_(self, **changes: Unpack[EmbedSettings]) -> Self:
        """Give a facade with some settings changed; an open model is shared, not opened again."""
        return replace(self, **changes)

    @property
    def size(self) -> int:
        """How many numbers a vector has; opens the model."""
        return self._session.size

    @property
    def source(self) -> Source:
        """What every result carries as its source; opens the model."""
        return self._session.source

    def _open(self) -> EmbeddingSession:
        return open_embedding(self._locate, self.runtime)

    def _locate(self) -> ModelFolder:
        return locate_model(self.model, self.runtime)

    def _embed(
        self, chunks: Iterable[Sequence[str]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[list[Embedding], Statistics]]:
        session = self._session
        return session.run(
            chunks,
            window=fitting_window(self.window, session.window_limit, session.source.model),
            overflow=self.overflow,
            budget=self.runtime.batch_tokens,
            advance=advance,
            single=single,
        )
