"""Translate: say a text in another language."""

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
from hfkit.engines.translating import TranslatingSession, TranslationOrder
from hfkit.values.batch import Batch
from hfkit.values.constraints import require_kind, require_model, require_text, require_whole
from hfkit.values.decoding import Beam, Decoding, Greedy, Sample
from hfkit.values.runtime import Runtime
from hfkit.values.statistics import Statistics
from hfkit.values.translations import Translation

if TYPE_CHECKING:
    from typing import Self

    from hfkit.hub.folder import ModelFolder

__all__ = ["Translate", "TranslateSettings"]


class TranslateSettings(TypedDict, total=False):
    """The settings of Translate, for ``with_``."""

    model: str | os.PathLike[str]
    source: str | None
    target: str | None
    decoding: Decoding
    max_new_tokens: int
    instruction: str | None
    template: str | None
    window: int | None
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Translate(Facade[TranslatingSession]):
    """Say texts in another language, with a model made for it or with one that chats.

    Languages are codes: ``"de"``, ``"pt-BR"``, ``"zh-Hans"``, or the model's own (``"deu_Latn"``, ``"de_DE"``). They
    are checked against what the model knows, and the model is told of them in its own way: by marks (Marian, NLLB,
    M2M100, mBART), in the words that it was trained with (T5), or in a chat.

    Models made for translation read a text sentence by sentence, as they were trained; chats passage by passage. The
    blanks and blank lines between them stay as they are.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``.
        source: the language of the texts; None for the only one that the model knows, or to let a chat find out.
        target: the language to translate into; None for the only one that the model knows.
        decoding: how tokens are chosen, ``Greedy()``, ``Sample(...)`` or ``Beam(...)``.
        max_new_tokens: the most tokens of the translation of a sentence or passage.
        instruction: what a chat, or a model like T5, is told before each passage; None for its own words, or hfkit's.
        template: a chat template in place of the model's, or the name of one of the model's.
        window: the most tokens of a sentence or passage; None for half of ``max_new_tokens``, or as many as the
            model has room for if that is less. Longer sentences are cut, after a clause where that is possible.
        max_characters: longer texts are refused; None for no limit.
        runtime: where and how the model runs.

    Raises:
        SettingError: a setting is out of its range.

    >>> translate = Translate("org/model", source="en", target="de")
    >>> translate.with_(target="fr")
    Translate('org/model', source='en', target='fr')
    """

    model: str | os.PathLike[str]
    _: KW_ONLY
    source: str | None = None
    target: str | None = None
    decoding: Decoding = Greedy()
    max_new_tokens: int = 512
    instruction: str | None = None
    template: str | None = None
    window: int | None = None
    max_characters: int | None = 1_000_000
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_kind("model", self.model, (str, os.PathLike))
        require_model(self.model)
        require_kind("runtime", self.runtime, (Runtime,))
        require_kind("decoding", self.decoding, (Greedy, Sample, Beam))
        require_kind("max_new_tokens", self.max_new_tokens, (int,))
        require_whole("max_new_tokens", self.max_new_tokens, least=1)
        for name in ("source", "target", "instruction", "template"):
            if getattr(self, name) is not None:
                require_text(name, getattr(self, name))
        require_whole("window", self.window, least=1)
        require_whole("max_characters", self.max_characters, least=1)

    def __call__(self, text: str, /) -> Translation:
        """Translate one text.

        Raises:
            InputError: the text cannot be read; a subclass says why.
            ModelError: the model cannot be opened, or chats and has no template; a subclass says why.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the model or a chat needs is not installed.
            SettingError: the model does not know a language, knows several and none is named, or has no room for a
                passage.
            BackendError: the device is not there, or its memory is too small; a subclass says why.
        """
        return call_one(check_document(text, max_characters=self.max_characters), self._translate)

    def batch(self, texts: Iterable[str], /) -> Batch[Translation]:
        """Translate many texts; sentences of all of them are read together, and equal ones once.

        All texts are checked before the first is read.

        Raises:
            InputTypeError: ``texts`` is one text, or cannot be iterated.
            InputError: a text cannot be read; ``error.index`` says which.
            HfkitError: what one call may raise of the model and the settings.
        """
        inputs = check_documents(texts, max_characters=self.max_characters)
        return call_batch(inputs, self._translate, progress=self.runtime.progress, unit="text")

    def map(self, texts: Iterable[str], /) -> Iterator[Translation]:
        """Translate a stream of texts lazily, in order, in bounded memory.

        Raises:
            InputTypeError: ``texts`` is one text, or cannot be iterated; at the call.
            InputError: a text cannot be read; when it is reached.
        """
        return call_map(check_documents(texts, max_characters=self.max_characters), self._translate)

    def with_(self, **changes: Unpack[TranslateSettings]) -> Self:
        """Give a facade with some settings changed; an open model is shared, not opened again."""
        return replace(self, **changes)

    def _open(self) -> TranslatingSession:
        return TranslatingSession(open_writing(self._locate, self.runtime))

    def _locate(self) -> ModelFolder:
        return locate_model(self.model, self.runtime, writes=True)

    def _translate(
        self, chunks: Iterable[Sequence[str]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[list[Translation], Statistics]]:
        return self._session.run(
            chunks, self._order(), budget=self.runtime.cache_tokens, advance=advance, single=single
        )

    def _order(self) -> TranslationOrder:
        return TranslationOrder(
            source=self.source,
            target=self.target,
            decoding=self.decoding,
            max_new_tokens=self.max_new_tokens,
            instruction=self.instruction,
            template=self.template,
            window=self.window,
        )
