"""Generate: let a model write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Generic, TypedDict, Unpack, cast, get_args, overload

from typing_extensions import TypeForm, TypeVar

from hfkit.engines.calls import call_batch, call_map, call_one
from hfkit.engines.facade import Facade
from hfkit.engines.generations import make_generation
from hfkit.engines.locating import locate_model
from hfkit.engines.opening import open_writing
from hfkit.engines.prompts import PromptOverflow, check_prompt, check_prompts
from hfkit.engines.writing import Order, WritingSession
from hfkit.errors import SettingError
from hfkit.starter import starter_folder
from hfkit.values.batch import Batch
from hfkit.values.chat import Prompt
from hfkit.values.constraints import (
    require_choice,
    require_kind,
    require_model,
    require_number,
    require_texts,
    require_whole,
)
from hfkit.values.decoding import Beam, Decoding, Greedy, Sample
from hfkit.values.generation import Generation
from hfkit.values.runtime import Runtime
from hfkit.values.statistics import Statistics
from hfkit.values.structure import Choice, JsonSchema, JsonValue, Regex
from hfkit.values.tools import Tool

if TYPE_CHECKING:
    from typing import Self

    from hfkit.hub.folder import ModelFolder
    from hfkit.values.provenance import Source

__all__ = ["Generate", "GenerateSettings"]

_PAIR = 2

Wanted = TypeVar("Wanted")
Value_co = TypeVar("Value_co", default=None, covariant=True)


class GenerateSettings(TypedDict, total=False):
    """The settings of Generate, for ``with_``."""

    model: str | os.PathLike[str] | None
    decoding: Decoding
    max_new_tokens: int
    min_new_tokens: int
    stop: tuple[str, ...]
    banned: tuple[str, ...]
    bias: tuple[tuple[str | int, float], ...]
    logprobs: int | None
    tools: tuple[Tool, ...]
    template: str | None
    overflow: PromptOverflow
    prompt_lookup: int
    max_characters: int | None
    runtime: Runtime


@dataclass(frozen=True, slots=True, repr=False)
class Generate(Facade[WritingSession], Generic[Value_co]):
    """Write text with a language model: go on from a prompt, or answer in a chat.

    Models that only decode (GPT, Llama, Qwen) go on from the prompt; models that encode it first (T5, BART) write
    another text. Many prompts are written together: a text that ends makes room for one that waits, and what
    prompts have in common at their beginning is read once.

    Attributes:
        model: a folder, ``"org/name"`` or ``"org/name@revision"``; None for the starter, SmolLM2-135M-Instruct.
            An adapter (PEFT) opens like a model: its base is found and merged.
        decoding: how tokens are chosen, ``Greedy()``, ``Sample(...)`` or ``Beam(...)``.
        max_new_tokens: the most tokens to write; a context that is full ends a text earlier.
        min_new_tokens: the model may not end the text before so many.
        stop: strings at which a text ends; the text does not hold them.
        banned: strings that the text may not hold.
        bias: pairs of a token, as text or id, and a number that is added to its logit.
        logprobs: how many of the likeliest tokens to tell of at each place, beside the log probability of the
            token that came; 0 for that one alone; None for no log probabilities.
        tools: functions that the model may ask to be called, shown to it through its chat template.
        template: a chat template in place of the model's, or the name of one of the model's.
        overflow: what becomes of a prompt that is longer than the model reads: ``"error"`` refuses it,
            ``"keep_end"`` lets go of its beginning, as ``coverage`` then tells, and makes room for ``max_new_tokens``
            in up to half of the model's context.
        prompt_lookup: where one prompt is written alone, so many tokens are guessed at a time from what came after
            the same words before, in the prompt or the text, and computed at once. The text stays the same: guesses
            that are wrong are taken back. Pays where much of the text stands in the prompt; 0 for no guesses.
        max_characters: longer prompts are refused; None for no limit.
        form: what the text is to hold; set by :meth:`into`.
        runtime: where and how the model runs.

    Raises:
        SettingError: a setting is out of its range.

    >>> generate = Generate("org/model", max_new_tokens=64)
    >>> generate.with_(max_new_tokens=256) == Generate("org/model")
    True
    """

    model: str | os.PathLike[str] | None = None
    _: KW_ONLY
    decoding: Decoding = Greedy()
    max_new_tokens: int = 256
    min_new_tokens: int = 0
    stop: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    bias: tuple[tuple[str | int, float], ...] = ()
    logprobs: int | None = None
    tools: tuple[Tool, ...] = ()
    template: str | None = None
    overflow: PromptOverflow = "error"
    prompt_lookup: int = 0
    max_characters: int | None = 1_000_000
    form: object = None
    runtime: Runtime = Runtime()

    def __post_init__(self) -> None:
        require_model(self.model)
        require_kind("runtime", self.runtime, (Runtime,))
        require_kind("decoding", self.decoding, (Greedy, Sample, Beam))
        require_kind("max_new_tokens", self.max_new_tokens, (int,))
        require_whole("max_new_tokens", self.max_new_tokens, least=1)
        require_kind("min_new_tokens", self.min_new_tokens, (int,))
        require_whole("min_new_tokens", self.min_new_tokens, least=0, most=self.max_new_tokens)
        require_texts("stop", self.stop)
        require_texts("banned", self.banned)
        _require_bias(self.bias)
        require_whole("logprobs", self.logprobs, least=0)
        _require_tools(self.tools)
        require_kind("template", self.template, (str, type(None)))
        require_choice("overflow", self.overflow, get_args(PromptOverflow))
        require_kind("prompt_lookup", self.prompt_lookup, (int,))
        require_whole("prompt_lookup", self.prompt_lookup, least=0)
        require_whole("max_characters", self.max_characters, least=1)

    def __call__(self, prompt: Prompt, /) -> Generation[Value_co]:
        """Write to one prompt: a text, or a chat as the list of its messages.

        Raises:
            InputError: the prompt cannot be read; a subclass says why.
            ModelError: the model cannot be opened; a subclass says why.
            HubError: the model is not here and cannot be fetched; a subclass says why.
            MissingDependencyError: a package that the model or a setting needs is not installed.
            SettingError: a setting does not fit the model.
            BackendError: the device is not there, or its memory is too small; a subclass says why.
        """
        return call_one(check_prompt(prompt, max_characters=self.max_characters), self._generate)

    def batch(self, prompts: Iterable[Prompt], /) -> Batch[Generation[Value_co]]:
        """Write to many prompts, as many at a time as the memory for their keys and values allows.

        All prompts are checked before the first is written to.

        Raises:
            InputTypeError: ``prompts`` is one prompt, or cannot be iterated.
            InputError: a prompt cannot be read; ``error.index`` says which.
            HfkitError: what one call may raise of the model and the settings.
        """
        inputs = check_prompts(prompts, max_characters=self.max_characters)
        return call_batch(inputs, self._generate, progress=self.runtime.progress, unit="prompt")

    def map(self, prompts: Iterable[Prompt], /) -> Iterator[Generation[Value_co]]:
        """Write to a stream of prompts lazily, in order, in bounded memory.

        Prompts are taken in growing chunks, so the first text comes soon. At a bad prompt the texts to all
        before it have been given, then its error is raised.

        Raises:
            InputTypeError: ``prompts`` is one prompt, or cannot be iterated; at the call.
            InputError: a prompt cannot be read; when it is reached.
        """
        return call_map(check_prompts(prompts, max_characters=self.max_characters), self._generate)

    def stream(self, prompt: Prompt, /) -> Iterator[str]:
        """Write to one prompt, and give the text piece by piece while it is written.

        The pieces together are the text of a call. None ends within a character, and none holds the beginning of
        a stop string. Where it is only known at the end which text is the best (beams, several drawn
        alternatives) there is one piece. Nothing runs between pieces: a stream that is left alone is over.

        Raises:
            InputError: the prompt cannot be read; at the call.
            HfkitError: what a call may raise; when the first piece is asked for, or the one that fails.
        """
        checked = check_prompt(prompt, max_characters=self.max_characters)
        return self._stream(checked)

    @overload
    def into(self, form: JsonSchema, /) -> Generate[JsonValue]: ...
    @overload
    def into(self, form: Regex | Choice, /) -> Generate[str]: ...
    @overload
    def into(self, form: TypeForm[Wanted], /) -> Generate[Wanted]: ...
    def into(self, form: object, /) -> Generate[object]:
        """Give a facade that writes a value of a type: tokens that would break it are never chosen.

        Args:
            form: a dataclass, a pydantic model, a TypedDict, an Enum, a Literal or what is made of them; or a
                ``JsonSchema``, a ``Regex`` or a ``Choice``.

        Returns:
            A facade whose results have that type as ``value``.

        Raises:
            SettingError: the type, or a keyword of its schema, cannot be held to.
            MissingDependencyError: the engine that holds a text to a shape is not installed.
        """
        from hfkit.engines.guides import check_shape
        from hfkit.text.forms import shape_of

        check_shape(shape_of(form))
        return replace(cast("Generate[object]", self), form=form)

    def with_(self, **changes: Unpack[GenerateSettings]) -> Self:
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

    def _stream(self, prompt: Prompt) -> Iterator[str]:
        session = self._session
        yield from session.stream(prompt, self._order(session))

    def _generate(
        self, chunks: Iterable[Sequence[Prompt]], *, advance: Callable[[float], None], single: bool
    ) -> Iterator[tuple[list[Generation[Value_co]], Statistics]]:
        session = self._session
        order = self._order(session)
        for written, statistics in session.run(
            chunks, order, budget=self.runtime.cache_tokens, advance=advance, single=single
        ):
            yield (
                cast("list[Generation[Value_co]]", [make_generation(one, order, session) for one in written]),
                statistics,
            )

    def _order(self, session: WritingSession) -> Order:
        return Order(
            decoding=self.decoding,
            max_new_tokens=self.max_new_tokens,
            min_new_tokens=self.min_new_tokens,
            stop=self.stop,
            banned=self.banned,
            bias=self.bias,
            logprobs=self.logprobs,
            overflow=self.overflow,
            template=self.template,
            tools=self.tools,
            prompt_lookup=self.prompt_lookup,
            shape=None if self.form is None else session.shape(self.form),
        )


def _require_tools(tools: object) -> None:
    if not isinstance(tools, tuple) or not all(isinstance(tool, Tool) for tool in tools):
        raise SettingError(
            f"tools is {tools!r}, must be a tuple of Tools",
            hint="Tool.from_function(function) describes a function of Python",
        )


def _require_bias(bias: object) -> None:
    if not isinstance(bias, tuple) or not all(
        isinstance(pair, tuple) and len(pair) == _PAIR for pair in bias
    ):
        raise SettingError(
            f"bias is {bias!r}, must be a tuple of pairs, each a token and a number",
            hint="for example bias=((' perhaps', -5.0),)",
        )
    for token, number in bias:
        require_kind("a token of bias", token, (str, int))
        require_number("a number of bias", number)
