"""Inputs to tokens with an open tokenizer."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.encoding import KnowsIds, NoRoomError
from hfkit.errors import InputError, InputTooLongError, InputTypeError
from hfkit.text.batching import look_ahead
from hfkit.text.chat import render_chat
from hfkit.values.inputs import Pair
from hfkit.values.special_tokens import SpecialToken, SpecialTokens
from hfkit.values.truncation import NoTruncation, Windows

from .chats import choose_template
from .filling import fill_arrays, pad_width, padder
from .inputs import name_of
from .rooms import plan_room
from .token_inputs import check_ids
from .token_results import count_read, make_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hfkit.backends.encoding import Encoded, Encoder, Flat, Room
    from hfkit.backends.recipe import Recipe
    from hfkit.text.arrays import IntArray
    from hfkit.values.chat import Message, TokenInput
    from hfkit.values.padding import Padding
    from hfkit.values.provenance import Source
    from hfkit.values.token_arrays import TokenArrays
    from hfkit.values.tokens import Tokens
    from hfkit.values.tools import Tool
    from hfkit.values.truncation import Truncation

__all__ = ["TokenizingPolicy", "TokenizingSession"]

# Encoded at a time: enough for the library's threads, few enough to bound what they hold.
_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class TokenizingPolicy:
    """How inputs become tokens.

    Attributes:
        padding: how sequences are made equally long.
        truncation: what becomes of texts that are too long.
        special_tokens: whether to put special tokens around texts; a chat's template has its own.
        template: a chat template, or the name of one of the model's; None for its default.
        generation_prompt: whether a chat ends with the words that open the model's turn.
        tools: what a chat's template is to show the model.
    """

    padding: Padding
    truncation: Truncation
    special_tokens: bool
    template: str | None
    generation_prompt: bool
    tools: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An input as the encoder takes it.

    Attributes:
        texts: one text, or the two of a pair.
        special_tokens: whether to put special tokens around them.
    """

    texts: tuple[str, ...]
    special_tokens: bool


class TokenizingSession:
    """An open tokenizer.

    Attributes:
        recipe: what it is made of.
        source: what its results will carry.
        templates: the model's chat templates by name.
        vocabulary: the id of every token.
    """

    def __init__(
        self, encoder: Encoder, recipe: Recipe, source: Source, templates: Mapping[str, str]
    ) -> None:
        self._encoder = encoder
        self.templates = templates
        self.recipe = recipe
        self.source = source
        self.vocabulary: Mapping[str, int] = MappingProxyType(dict(encoder.vocabulary()))
        self._known_ids = frozenset(self.vocabulary.values())

    def tokens(
        self, items: Sequence[TokenInput], policy: TokenizingPolicy, *, first_index: int | None
    ) -> list[Tokens]:
        """Tokenize checked inputs.

        Args:
            items: what was checked.
            policy: how.
            first_index: the position of the first among all, for errors; None for a single input.

        Raises:
            InputError: an input does not fit, or its chat is refused.
            SettingError: the policy leaves no room, or asks for a token that is not there.
        """
        prepared = self._prepare(items, policy, first_index)
        encoded: list[list[Encoded]] = []
        for run in _runs(prepared):
            index = None if first_index is None else first_index + len(encoded)
            groups, special_tokens = [item.texts for item in run], run[0].special_tokens
            room = self._room(groups, policy, special_tokens=special_tokens, index=index)
            with _placed(index, policy):
                encoded += self._encoder.encode(groups, special_tokens=special_tokens, room=room)
        further = isinstance(policy.truncation, Windows)
        lengths = [len(window.ids) for windows in encoded for window in (windows if further else windows[:1])]
        width = pad_width(policy.padding, lengths)
        pad = padder(policy.padding, self, needed=any(length < width for length in lengths))
        both = list(zip((item.texts for item in prepared), encoded, strict=True))
        cut = [] if further else [(texts, windows[0]) for texts, windows in both if len(windows) > 1]
        reads = count_read(cut, self, left=self._cuts_left(policy))
        return [
            make_tokens(
                texts,
                windows if further else windows[:1],
                read=sum(map(len, texts)) if further or len(windows) == 1 else next(reads),
                width=width,
                pad=pad,
                source=self.source,
            )
            for texts, windows in both
        ]

    def arrays(self, items: Iterable[TokenInput], policy: TokenizingPolicy) -> TokenArrays:
        """Tokenize checked inputs into rectangles.

        Raises:
            InputError: as for :meth:`tokens`, or a row is longer than the fixed width.
            SettingError: as for :meth:`tokens`.
        """
        parts: list[Flat] = []
        done = 0
        for chunk in look_ahead(items, first=_CHUNK, most=_CHUNK):
            for run in _runs(self._prepare(chunk, policy, done)):
                groups, special_tokens = [item.texts for item in run], run[0].special_tokens
                room = self._room(groups, policy, special_tokens=special_tokens, index=done)
                with _placed(done, policy):
                    parts.append(self._encoder.flat(groups, special_tokens=special_tokens, room=room))
                done += len(run)
        return fill_arrays(parts, policy.padding, self)

    def count(self, item: TokenInput, policy: TokenizingPolicy) -> int:
        """Count the tokens of a checked input, nothing cut and nothing padded."""
        return len(self.ids(item, policy))

    def lengths(self, items: Sequence[TokenInput], policy: TokenizingPolicy) -> list[int]:
        """Count the tokens of each of many checked inputs, nothing cut and nothing padded."""
        lengths: list[int] = []
        for run in _runs(self._prepare(items, policy, 0)):
            groups, special_tokens = [item.texts for item in run], run[0].special_tokens
            flat = self._encoder.flat(groups, special_tokens=special_tokens, room=None)
            lengths += flat.lengths.tolist()
        return lengths

    def ids(self, item: TokenInput, policy: TokenizingPolicy) -> IntArray:
        """Give the ids of a checked input, shape ``[tokens]``, nothing cut and nothing padded."""
        (prepared,) = self._prepare([item], policy, None)
        flat = self._encoder.flat([prepared.texts], special_tokens=prepared.special_tokens, room=None)
        return flat.ids.astype(np.int64)

    def each_ids(self, items: Sequence[TokenInput], policy: TokenizingPolicy) -> list[IntArray]:
        """Give the ids of each of many checked inputs, each of shape ``[tokens]``, nothing cut and nothing padded."""
        found: list[IntArray] = []
        for run in _runs(self._prepare(items, policy, 0)):
            groups, special_tokens = [item.texts for item in run], run[0].special_tokens
            flat = self._encoder.flat(groups, special_tokens=special_tokens, room=None)
            found += np.split(flat.ids.astype(np.int64), flat.lengths.cumsum()[:-1])
        return found

    def render(self, messages: Sequence[Message], policy: TokenizingPolicy) -> str:
        """Give the text that a template makes of a checked chat.

        Raises:
            InputError: the template refuses it.
            TokenizerError: there is no template, or it fails.
            SettingError: there are several and no default, or the template shows no tools and there are some.
            MissingDependencyError: jinja2 is not installed.
        """
        template = choose_template(
            self.templates, policy.template, model=self.source.model, tools=bool(policy.tools)
        )
        return render_chat(
            template,
            messages,
            variables={name: text for name, text, _ in self.recipe.named},
            generation_prompt=policy.generation_prompt,
            tools=policy.tools,
        )

    def decode(self, ids: Iterable[int], *, skip_special_tokens: bool) -> str:
        """Give the text of ids.

        Raises:
            InputError: an id is no number, or not in the vocabulary.
        """
        if not isinstance(skip_special_tokens, bool):
            raise InputTypeError(
                f"skip_special_tokens is {skip_special_tokens!r}, must be a bool", hint="say True or False"
            )
        checked = [self._known(number) for number in check_ids(ids)]
        return self._encoder.decode(checked, skip_special_tokens=skip_special_tokens)

    def ids_of(self, text: str) -> list[int]:
        """Give the ids of a text, without special tokens around it."""
        return list(map(int, self._encoder.flat([(text,)], special_tokens=False, room=None).ids))

    def text_of(self, ids: Sequence[int], *, special_tokens: bool = False) -> str:
        """Give the text of ids that a model wrote; what is not in the vocabulary has no text.

        Args:
            ids: the ids.
            special_tokens: whether special tokens show.
        """
        return self._encoder.decode(ids, skip_special_tokens=not special_tokens)

    def special_tokens(self) -> SpecialTokens:
        """Give the special tokens by their parts."""
        named = {name: SpecialToken(text, id_) for name, text, id_ in self.recipe.named}
        parts = [
            named.pop(f"{part}_token", None) for part in ("bos", "eos", "unk", "sep", "pad", "cls", "mask")
        ]
        bos, eos, unk, sep, pad, cls, mask = parts
        others = dict.fromkeys(
            (*named.values(), *(SpecialToken(text, id_) for text, id_ in self.recipe.extra))
        )
        extra = tuple(token for token in others if token not in parts)
        return SpecialTokens(bos, eos, unk, sep, pad, cls, mask, extra)

    def content_offsets(self, texts: Sequence[str]) -> Sequence[list[tuple[int, int]] | None]:
        """Give the offsets of all tokens of each text, special ones left out; None if they cannot be told."""
        groups = [(text,) for text in texts]
        encoded = self._encoder.encode(groups, special_tokens=False, room=None)
        return [window.offsets for (window,) in encoded]

    def _known(self, number: int) -> int:
        if number not in self._known_ids and not (
            # Of two ids with one text the vocabulary names one.
            isinstance(self._encoder, KnowsIds) and self._encoder.knows(number)
        ):
            raise InputError(
                f"id {number} is not in the vocabulary of {self.source.model}, {len(self._known_ids):,} ids "
                f"up to {max(self._known_ids):,}",
                hint="leave out ids such as the -100 of labels",
            )
        return number

    def _room(
        self,
        groups: Sequence[tuple[str, ...]],
        policy: TokenizingPolicy,
        *,
        special_tokens: bool,
        index: int | None,
    ) -> Room | None:
        return plan_room(
            policy.truncation,
            groups,
            padding=policy.padding,
            encoder=self._encoder,
            recipe=self.recipe,
            model=self.source.model,
            special_tokens=special_tokens,
            index=index,
        )

    def _prepare(
        self, items: Sequence[TokenInput], policy: TokenizingPolicy, first_index: int | None
    ) -> list[_Prepared]:
        prepared = []
        for position, item in enumerate(items):
            match item:
                case str():
                    prepared.append(_Prepared((item,), policy.special_tokens))
                case Pair(first, second):
                    prepared.append(_Prepared((first, second), policy.special_tokens))
                case messages:
                    try:
                        prompt = self.render(messages, policy)
                    except InputError as error:
                        error.index = None if first_index is None else first_index + position
                        raise
                    prepared.append(_Prepared((prompt,), special_tokens=False))
        return prepared

    def _cuts_left(self, policy: TokenizingPolicy) -> bool:
        side = None if isinstance(policy.truncation, NoTruncation) else policy.truncation.side
        return (side or self.recipe.truncation_side) == "left"


def _runs(prepared: Sequence[_Prepared]) -> Iterator[list[_Prepared]]:
    """Part inputs where special tokens are wanted from those where they are not, in their order."""
    for _, run in groupby(prepared, key=lambda item: item.special_tokens):
        yield list(run)


@contextmanager
def _placed(index: int | None, policy: TokenizingPolicy) -> Iterator[None]:
    """Say which input could not be cut as the policy asks; ``index`` is the position of the first."""
    try:
        yield
    except NoRoomError as error:
        at = None if index is None else index + error.position
        cut = "longest_first" if isinstance(policy.truncation, NoTruncation) else policy.truncation.cut
        refusal = InputTooLongError(
            f"{name_of(at)} does not fit, and cut={cut!r} cannot make it: that text is too short or not there",
            hint="raise max_tokens, or use cut='longest_first'",
        )
        refusal.index = at
        raise refusal from error
