"""Tokenize: texts, pairs of texts and chats as the numbers that a model reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from hfkit.engines.facade import Facade
from hfkit.engines.locating import locate_tokenizer
from hfkit.engines.open_tokenizing import open_tokenizing
from hfkit.engines.pins import check_pin, write_pin
from hfkit.engines.progress import progress_bar
from hfkit.engines.token_inputs import check_token_input, check_token_inputs
from hfkit.engines.tokenizing import TokenizingPolicy, TokenizingSession
from hfkit.errors import SettingError
from hfkit.starter import starter_folder
from hfkit.text.batching import look_ahead
from hfkit.values.batch import Batch
from hfkit.values.chat import TokenInput
from hfkit.values.constraints import require_kind, require_model, require_text, require_whole
from hfkit.values.padding import NoPadding, Padding, PadToLength, PadToLongest
from hfkit.values.runtime import Runtime
from hfkit.values.special_tokens import SpecialTokens
from hfkit.values.statistics import Statistics
from hfkit.values.token_arrays import TokenArrays
from hfkit.values.tokens import Tokens
from hfkit.values.truncation import NoTruncation, Truncate, Truncation, Windows

if TYPE_CHECKING:
    from typing import Self

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.provenance import Source

__all__ = ["Tokenize", "TokenizeSettings"]

_CHUNK = 1024


class TokenizeSettings(TypedDict, total=False):
    """The settings of Tokenize, for ``with_``."""

    model: str | os.PathLike[str] | None
    padding: Padding
    truncation: Truncation
    add_special_tokens: bool
    template: str | None
    generation_prompt: bool
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Tokenize(Facade[TokenizingSession]):
    """Turn texts, pairs of texts and chats into tokens, as transformers would for the same model.

    Nothing is cut and nothing padded unless a setting says so. Neither torch nor transformers is
    imported where the tokenizers library gives the same; at the first open of a tokenizer a process
    of its own finds that out, and hfkit's cache remembers it.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``; None for the sentiment starter.
            Of a repository only the tokenizer's files are fetched.
        padding: ``NoPadding()``, ``PadToLongest(...)`` of a batch, or ``PadToLength(tokens)``.
        truncation: ``NoTruncation()``, ``Truncate(max_tokens)``, or ``Windows(max_tokens, overlap)``.
        add_special_tokens: whether to put special tokens around texts, such as ``[CLS]`` and ``[SEP]``.
            Around chats the template puts them.
        template: a chat template in Jinja, or the name of one of the model's; None for its default.
        generation_prompt: whether a chat ends with the words that open the model's turn.
        max_characters: longer texts are refused; None for no limit.
        runtime: whether the network may be asked, and whose code may run.

    Raises:
        SettingError: a setting is out of its range.

    >>> tokenize = Tokenize("org/model", truncation=Truncate(128))
    >>> tokenize.with_(truncation=NoTruncation()) == Tokenize("org/model")
    True
    """

    model: str | os.PathLike[str] | None = None
    _: KW_ONLY
    padding: Padding = NoPadding()
    truncation: Truncation = NoTruncation()
    add_special_tokens: bool = True
    template: str | None = None
    generation_prompt: bool = True
    max_characters: int | None = None
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_model(self.model)
        require_kind("padding", self.padding, (NoPadding, PadToLongest, PadToLength))
        require_kind("truncation", self.truncation, (NoTruncation, Truncate, Windows))
        require_kind("add_special_tokens", self.add_special_tokens, (bool,))
        require_kind("generation_prompt", self.generation_prompt, (bool,))
        if self.template is not None:
            require_text("template", self.template)
        require_whole("max_characters", self.max_characters, least=1)
        require_kind("runtime", self.runtime, (Runtime,))

    def __call__(self, text: TokenInput, /) -> Tokens:
        """Tokenize one text, pair or chat; a list of messages is one chat.

        Raises:
            InputError: the input cannot be read, or not be cut as asked; a subclass says why.
            ModelError: the tokenizer cannot be opened; a subclass says why.
            HubError: its files are not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that it, or a chat, needs is not installed.
            SettingError: the settings leave no room, or ask for a token that is not there.
        """
        checked = check_token_input(text, max_characters=self.max_characters)
        return self._session.tokens([checked], self._policy(), first_index=None)[0]

    def batch(self, texts: Iterable[TokenInput], /) -> Batch[Tokens]:
        """Tokenize many texts, pairs or chats; each result holds everything, see ``arrays`` for speed.

        Raises:
            InputError: an input cannot be read; ``error.index`` says which.
        """
        inputs = list(check_token_inputs(texts, max_characters=self.max_characters))
        if not inputs:
            return Batch(())
        results: list[Tokens] = []
        with progress_bar(len(inputs), mode=self.runtime.progress, unit="text") as advance:
            if isinstance(self.padding, PadToLongest):
                results = self._session.tokens(inputs, self._policy(), first_index=0)
                advance(len(inputs))
            else:
                for chunk in look_ahead(inputs, first=_CHUNK, most=_CHUNK):
                    results += self._session.tokens(chunk, self._policy(), first_index=len(results))
                    advance(len(chunk))
        return Batch(results, statistics=_statistics(results))

    def map(self, texts: Iterable[TokenInput], /) -> Iterator[Tokens]:
        """Tokenize a stream lazily, in order, in bounded memory.

        Raises:
            SettingError: ``padding`` is to the longest, which a stream does not have; at the call.
            InputTypeError: ``texts`` is one input, or cannot be iterated; at the call.
            InputError: an input cannot be read; when it is reached.
        """
        if isinstance(self.padding, PadToLongest):
            raise SettingError(
                "padding is PadToLongest, must be NoPadding or PadToLength for a stream",
                hint="the longest is not known before the end: use batch, or PadToLength(tokens)",
            )
        return self._map(check_token_inputs(texts, max_characters=self.max_characters))

    def _map(self, inputs: Iterator[TokenInput]) -> Iterator[Tokens]:
        done = 0
        for chunk in look_ahead(inputs):
            yield from self._session.tokens(chunk, self._policy(), first_index=done)
            done += len(chunk)

    def arrays(self, texts: Iterable[TokenInput], /) -> TokenArrays:
        """Tokenize many inputs into arrays: ids and masks, without tokens and offsets.

        Faster than ``batch``, and by far where words come again, in this call or later ones: see the guide.

        Arrays are rectangles: with ``NoPadding`` the rows are padded to the longest.

        Raises:
            InputError: an input cannot be read, or is longer than ``PadToLength`` allows;
                ``error.index`` says which.
            SettingError: rows are of unlike lengths and the model has no padding token.
        """
        inputs = check_token_inputs(texts, max_characters=self.max_characters)
        return self._session.arrays(inputs, self._policy())

    def count(self, text: TokenInput, /) -> int:
        """Count the tokens of one input, special ones included, nothing cut and nothing padded.

        Raises:
            InputError: the input cannot be read; a subclass says why.
        """
        checked = check_token_input(text, max_characters=self.max_characters)
        return self._session.count(checked, self._policy())

    def decode(self, ids: Iterable[int], /, *, skip_special_tokens: bool = False) -> str:
        """Turn ids back into text, as transformers does.

        Args:
            ids: of one text, whole numbers of Python or numpy.
            skip_special_tokens: leave special tokens out.

        Raises:
            InputError: an id is not in the vocabulary.
        """
        return self._session.decode(ids, skip_special_tokens=skip_special_tokens)

    def pin(self, folder: str | os.PathLike[str], /) -> Path:
        """Write the tokenizer's fingerprint beside a model: from then on hfkit opens it with no other.

        Args:
            folder: where the model lies.

        Returns:
            The file, ``hfkit.json``; what else it says is kept.

        Raises:
            ModelNotFoundError: there is no such folder.
            CorruptModelError: the file is there and no JSON object.
        """
        session = open_tokenizing(self._locate(), self.runtime)  # also one that another pin refuses
        return write_pin(folder, session.source.tokenizer)

    def with_(self, **changes: Unpack[TokenizeSettings]) -> Self:
        """Give a facade with some settings changed; an open tokenizer is shared, not opened again."""
        return replace(self, **changes)

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """The id of every token, added ones included; opens the tokenizer."""
        return self._session.vocabulary

    @property
    def special_tokens(self) -> SpecialTokens:
        """The special tokens by their parts; opens the tokenizer."""
        return self._session.special_tokens()

    @property
    def max_tokens(self) -> int | None:
        """The longest sequence that the model takes, or None if its tokenizer does not say; opens it."""
        return self._session.recipe.max_tokens

    @property
    def source(self) -> Source:
        """What every result carries as its source; opens the tokenizer."""
        return self._session.source

    def _open(self) -> TokenizingSession:
        folder = self._locate()
        session = open_tokenizing(folder, self.runtime)
        check_pin(folder, session.source.tokenizer)
        return session

    def _locate(self) -> ModelFolder:
        if self.model is None:
            return starter_folder("sentiment", offline=self.runtime.offline)
        return locate_tokenizer(self.model, self.runtime)

    def _policy(self) -> TokenizingPolicy:
        return TokenizingPolicy(
            self.padding, self.truncation, self.add_special_tokens, self.template, self.generation_prompt
        )


def _statistics(results: list[Tokens]) -> Statistics:
    windows = [window for result in results for window in result.windows]
    return Statistics(
        inputs=len(results),
        windows=len(windows),
        tokens=sum(sum(window.attention_mask) for window in windows),
        padded_tokens=sum(window.length for window in windows),
    )
