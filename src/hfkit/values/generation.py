"""The result of Generate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, cast

from typing_extensions import TypeVar

from hfkit.errors import NoValueError, RefusedValueError

from .chat import Message
from .jsonable import to_json_value
from .provenance import Coverage, Source
from .tools import ToolCall

__all__ = ["Continuation", "FinishReason", "Generation", "TokenLogprob", "TopLogprob"]

Value_co = TypeVar("Value_co", default=None, covariant=True)

FinishReason: TypeAlias = Literal["stop", "length", "eos"]
"""Why a text ended: at a stop string or at the end of its grammar, at ``max_new_tokens`` or a full context, or
because the model ended it."""


@dataclass(frozen=True, slots=True)
class TopLogprob:
    """A token that might have come.

    Attributes:
        token: its text; half a character is shown as a replacement character.
        id: its id.
        logprob: the natural logarithm of its probability.
    """

    token: str
    id: int
    logprob: float


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """How likely a token of a continuation was.

    Attributes:
        token: its text; half a character is shown as a replacement character.
        id: its id.
        logprob: the natural logarithm of its probability by the model's own logits, before temperature, penalties
            and all that leaves tokens out.
        top: the likeliest tokens at its place, best first, as many as were asked for.
    """

    token: str
    id: int
    logprob: float
    top: tuple[TopLogprob, ...] = ()


@dataclass(frozen=True)  # with slots, Continuation[int](...) is a TypeError in Python 3.11
class Continuation(Generic[Value_co]):
    """One text that goes on from a prompt.

    Attributes:
        text: the text, without the prompt, without special tokens and without the stop string.
        finish_reason: why it ended.
        tokens: the ids that the model wrote, the end token included where it wrote one.
        score: the sum of the log probabilities of its tokens; with beams divided by the number of new tokens to the
            power of ``length_penalty``. None where nothing asked for it.
        logprobs: for each token how likely it was; None unless asked for.
        tool_calls: the tools that the model wants to be called.
        said: what the text says beside the calls of tools; None where there are none, and it is the text.
        parsed: the value that was asked for with ``into``, else None.
        has_value: whether the value that was asked for is there: False where the text was cut or the value refused;
            True where none was asked for.
        refusal: why the type's own checks refuse a value that fits its schema; None where they do not.
    """

    text: str
    finish_reason: FinishReason
    tokens: tuple[int, ...]
    score: float | None = None
    logprobs: tuple[TokenLogprob, ...] | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    said: str | None = None
    parsed: Value_co | None = None
    has_value: bool = True
    refusal: str | None = None

    @property
    def message(self) -> Message:
        """The assistant's turn, to go on with a chat: what it said, and the tools that it wants to be called."""
        return Message("assistant", self.text if self.said is None else self.said, tool_calls=self.tool_calls)

    @property
    def value(self) -> Value_co:
        """The value that was asked for with ``into``; None if nothing was.

        Raises:
            NoValueError: the text was cut before it was whole.
            RefusedValueError: the type's own checks refuse it.
        """
        if self.refusal is not None:
            raise RefusedValueError(
                self.refusal, hint="ask again with other words, or draw another text with Sample"
            )
        if not self.has_value:
            raise NoValueError(
                f"the text ended after {len(self.tokens)} tokens ({self.finish_reason!r}) before its value was whole",
                hint="give more max_new_tokens, or look at .has_value first",
            )
        return cast("Value_co", self.parsed)


@dataclass(frozen=True)  # with slots, Generation[int](...) is a TypeError in Python 3.11
class Generation(Generic[Value_co]):
    """What a model wrote.

    Attributes:
        prompt: the text that it went on from, as far as it was read; of a chat, what the template made of it.
        continuations: what it wrote, best first, as many as ``alternatives``.
        prompt_tokens: how many tokens were read, special tokens included.
        coverage: how much of the prompt was read.
        source: which model wrote it, and how.
    """

    prompt: str
    continuations: tuple[Continuation[Value_co], ...]
    prompt_tokens: int
    coverage: Coverage
    source: Source

    @property
    def text(self) -> str:
        """The best continuation's text, without the prompt."""
        return self.continuations[0].text

    @property
    def finish_reason(self) -> FinishReason:
        """Why the best continuation ended."""
        return self.continuations[0].finish_reason

    @property
    def new_tokens(self) -> int:
        """How many tokens the best continuation has, the end token included."""
        return len(self.continuations[0].tokens)

    @property
    def message(self) -> Message:
        """The best continuation as the assistant's turn, to go on with a chat."""
        return self.continuations[0].message

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tools that the best continuation wants to be called."""
        return self.continuations[0].tool_calls

    @property
    def has_value(self) -> bool:
        """Whether the best continuation's value is there: False where the text was cut or the value refused."""
        return self.continuations[0].has_value

    @property
    def value(self) -> Value_co:
        """The best continuation's value, if one was asked for with ``into``.

        Raises:
            NoValueError: it was cut before it was whole; ``finish_reason`` says why.
            RefusedValueError: the type's own checks refuse it.
        """
        return self.continuations[0].value

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values, the main answer included."""
        return {
            "text": self.text,
            "finish_reason": self.finish_reason,
            "prompt": self.prompt,
            "continuations": to_json_value(self.continuations),
            "prompt_tokens": self.prompt_tokens,
            "new_tokens": self.new_tokens,
            "coverage": to_json_value(self.coverage),
            "source": self.source.to_dict(),
        }
