"""Prompts to tokens: a text, or a chat through the model's template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import numpy as np

from hfkit.errors import EmptyInputError, InputError, InputTooLongError, InputTypeError
from hfkit.values.padding import NoPadding
from hfkit.values.provenance import Coverage
from hfkit.values.truncation import NoTruncation

from .inputs import name_of
from .token_inputs import check_token_input, check_token_inputs
from .tokenizing import TokenizingPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hfkit.text.arrays import IntArray
    from hfkit.values.chat import Prompt
    from hfkit.values.tokens import Tokens
    from hfkit.values.tools import Tool

    from .tokenizing import TokenizingSession

__all__ = [
    "PromptOverflow",
    "PromptRules",
    "ReadPrompt",
    "check_prompt",
    "check_prompts",
    "read_prompts",
]

PromptOverflow: TypeAlias = Literal["error", "keep_end"]
"""What becomes of a prompt that is longer than the model reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRules:
    """How prompts are read.

    Attributes:
        most: the most tokens of a prompt; None for no limit.
        kept: so many of them are kept where a longer prompt loses its beginning.
        overflow: whether it does.
        begin: the token that an empty prompt stands for; None if there is none.
        template: a chat template, or the name of one of the model's; None for its default.
        tools: what templates are shown.
    """

    most: int | None
    kept: int | None
    overflow: PromptOverflow
    begin: int | None
    template: str | None = None
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ReadPrompt:
    """A prompt as a model reads it.

    Attributes:
        text: what was read; of a chat, what the template made of it.
        ids: shape ``[tokens]``.
        coverage: how much of it was read.
    """

    text: str
    ids: IntArray
    coverage: Coverage


def check_prompt(prompt: object, *, max_characters: int | None) -> Prompt:
    """Make sure that one prompt can be read.

    Raises:
        InputError: it is neither a text nor a list of messages, or too long; a subclass says why.
    """
    return cast("Prompt", check_token_input(prompt, max_characters=max_characters, pairs=False))


def check_prompts(prompts: object, *, max_characters: int | None) -> Iterator[Prompt]:
    """Check many prompts, one at a time as they are taken.

    Raises:
        InputTypeError: ``prompts`` is itself one prompt, or cannot be iterated; at once.
        InputError: a prompt is bad; when it is reached.
    """
    checked = check_token_inputs(prompts, max_characters=max_characters, pairs=False)
    return cast("Iterator[Prompt]", checked)


def read_prompts(
    prompts: Sequence[Prompt], tokenizer: TokenizingSession, rules: PromptRules, *, first_index: int | None
) -> tuple[list[ReadPrompt], InputError | None]:
    """Tokenize prompts.

    Args:
        prompts: inputs that were checked.
        tokenizer: the model's.
        rules: how to read them.
        first_index: the position of the first among all, for errors; None for a single prompt.

    Returns:
        The prompts up to the first that cannot be read, and the error of that one. Where there are tools, a text
        is one of those: only a chat's template shows them.
    """
    policy = TokenizingPolicy(
        padding=NoPadding(),
        truncation=NoTruncation(),
        special_tokens=True,
        template=rules.template,
        generation_prompt=True,
        tools=rules.tools,
    )
    read: list[ReadPrompt] = []
    for position, prompt in enumerate(prompts):
        index = None if first_index is None else first_index + position
        try:
            if rules.tools and isinstance(prompt, str):
                raise InputTypeError(
                    f"{name_of(index)} is a text, and only chats tell a model of tools",
                    hint="give a chat: [Message('user', text)]",
                )
            (tokens,) = tokenizer.tokens([prompt], policy, first_index=index)
            read.append(_read(tokens, rules, name_of(index)))
        except InputError as error:
            error.index = index
            return read, error
    return read, None


def _read(tokens: Tokens, rules: PromptRules, name: str) -> ReadPrompt:
    text, ids = tokens.texts[0], np.array(tokens.ids, dtype=np.int64)
    if not len(ids):
        if rules.begin is None:
            raise EmptyInputError(
                f"{name} is empty, and the model has no token that a text begins with",
                hint="give it something to go on from",
            )
        ids = np.array([rules.begin], dtype=np.int64)
    if rules.most is None or len(ids) <= rules.most:
        return ReadPrompt(text, ids, Coverage(len(text), len(text), 1))
    if rules.overflow == "error":
        raise InputTooLongError(
            f"{name} has {len(ids):,} tokens, the model reads at most {rules.most:,} and one must be left to write",
            hint="shorten it, or use overflow='keep_end' to let go of its beginning",
        )
    own = np.flatnonzero(np.array(tokens.special_mask) == 0)
    room = max(1, min(rules.most, rules.kept or rules.most) - (len(ids) - len(own)))
    dropped = own[: max(0, len(own) - room)]
    start = tokens.offsets[dropped[-1]][1] if len(dropped) else 0
    return ReadPrompt(text[start:], np.delete(ids, dropped), Coverage(len(text) - start, len(text), 1))
