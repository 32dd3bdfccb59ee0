"""Inputs to tokens with an open tokenizer."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from hfkit.backends.encoding import NoRoomError, Room
from hfkit.errors import InputError, InputTooLongError, InputTypeError, SettingError
from hfkit.text.batching import look_ahead
from hfkit.text.chat import render_chat
from hfkit.text.truncation import longest_first
from hfkit.values.inputs import Pair
from hfkit.values.special_tokens import SpecialToken, SpecialTokens
from hfkit.values.truncation import NoTruncation, Windows

from .chats import choose_template
from .filling import fill_arrays, pad_width, padder
from .inputs import name_of
from .token_results import make_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hfkit.backends.encoding import Encoded, Encoder, Flat
    from hfkit.backends.recipe import Recipe
    from hfkit.values.chat import TokenInput
    from hfkit.values.padding import Padding
    from hfkit.values.provenance import Source
    from hfkit.values.token_arrays import TokenArrays
    from hfkit.values.tokens import Tokens
    from hfkit.values.truncation import Cut, Truncation

__all__ = ["TokenizingPolicy", "TokenizingSession", "narrowest"]

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
    """

    padding: Padding
    truncation: Truncation
    special_tokens: bool
    template: str | None
    generation_prompt: bool


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
        vocabulary: the id of every token.
    """

    def __init__(
        self, encoder: Encoder, recipe: Recipe, source: Source, templates: Mapping[str, str]
    ) -> None:
        self._encoder = encoder
        self._templates = templates
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
            room = self._room(policy.truncation, run, first_index, len(encoded))
            with _placed(first_index, len(encoded), policy):
                encoded += self._encoder.encode(
                    [item.texts for item in run], special_tokens=run[0].special_tokens, room=room
                )
        further = isinstance(policy.truncation, Windows)
        lengths = [len(window.ids) for windows in encoded for window in (windows if further else windows[:1])]
        width = pad_width(policy.padding, lengths)
        pad = padder(policy.padding, self, needed=any(length < width for length in lengths))
        return [
            make_tokens(
                item.texts,
                windows,
                further=further,
                width=width,
                pad=pad,
                session=self,
                left=self._cuts_left(policy),
            )
            for item, windows in zip(prepared, encoded, strict=True)
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
                room = self._room(policy.truncation, run, 0, done)
                with _placed(0, done, policy):
                    parts.append(
                        self._encoder.flat(
                            [item.texts for item in run], special_tokens=run[0].special_tokens, room=room
                        )
                    )
                done += len(run)
        return fill_arrays(parts, policy.padding, self)

    def count(self, item: TokenInput, policy: TokenizingPolicy) -> int:
        """Count the tokens of a checked input, nothing cut and nothing padded."""
        (prepared,) = self._prepare([item], policy, None)
        return int(self._flat([prepared.texts], special_tokens=prepared.special_tokens).lengths[0])

    def decode(self, ids: Iterable[int], *, skip_special_tokens: bool) -> str:
        """Give the text of ids.

        Raises:
            InputError: an id is no number, or not in the vocabulary.
        """
        checked = list(map(self._known, ids))
        return self._encoder.decode(checked, skip_special_tokens=skip_special_tokens)

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

    def content_offsets(self, text: str) -> list[tuple[int, int]] | None:
        """Give the offsets of all tokens of a text, special ones left out; None if they cannot be told."""
        ((encoded,),) = self._encoder.encode([(text,)], special_tokens=False, room=None)
        return encoded.offsets

    def _known(self, id_: object) -> int:
        try:
            number = id_.__index__()  # type: ignore[attr-defined]  # numpy's whole numbers have it too
        except AttributeError:
            raise InputTypeError(
                f"id is {id_!r}, must be a whole number", hint="give the ids of one text: tokens.ids"
            ) from None
        if number not in self._known_ids:
            raise InputError(
                f"id {number} is not in the vocabulary of {self.source.model}, {len(self._known_ids):,} ids "
                f"up to {max(self._known_ids):,}",
                hint="leave out ids such as the -100 of labels",
            )
        return int(number)

    def _flat(self, groups: Sequence[tuple[str, ...]], *, special_tokens: bool) -> Flat:
        return self._encoder.flat(groups, special_tokens=special_tokens, room=None)

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
                    template = choose_template(self._templates, policy.template, model=self.source.model)
                    variables = {name: text for name, text, _ in self.recipe.named}
                    try:
                        prompt = render_chat(
                            template,
                            messages,
                            variables=variables,
                            generation_prompt=policy.generation_prompt,
                        )
                    except InputError as error:
                        error.index = None if first_index is None else first_index + position
                        raise
                    prepared.append(_Prepared((prompt,), special_tokens=False))
        return prepared

    def _cuts_left(self, policy: TokenizingPolicy) -> bool:
        side = None if isinstance(policy.truncation, NoTruncation) else policy.truncation.side
        return (side or self.recipe.truncation_side) == "left"

    def _room(
        self, truncation: Truncation, run: Sequence[_Prepared], first_index: int | None, done: int
    ) -> Room | None:
        if isinstance(truncation, NoTruncation):
            return None
        overlap = truncation.overlap if isinstance(truncation, Windows) else 0
        least = overlap + 1 if isinstance(truncation, Windows) else 0
        most = truncation.max_tokens or self.recipe.max_tokens
        if most is None:
            raise SettingError(
                f"max_tokens is None, and {self.source.model} does not say how much it reads",
                hint="name a number: Truncate(512)",
            )
        pairs = any(len(item.texts) > 1 for item in run)
        around = self._encoder.special_count(pair=pairs) if run[0].special_tokens else 0
        if most - around < least:
            raise SettingError(
                f"{most} tokens are too few: {around} are special tokens, and {least} more are needed",
                hint="raise max_tokens, or lower overlap",
            )
        side = truncation.side or self.recipe.truncation_side
        room = Room(most, overlap, truncation.cut, side, further=isinstance(truncation, Windows))
        if room.further and pairs:
            self._require_window(run, room, most - around, first_index, done)
        return room

    def _require_window(
        self, run: Sequence[_Prepared], room: Room, free: int, first_index: int | None, done: int
    ) -> None:
        """Make sure that each text that is cut has windows wider than their overlap: the library would panic."""
        texts = [(text,) for item in run for text in item.texts]
        lengths = iter(self._flat(texts, special_tokens=False).lengths.tolist())
        for position, item in enumerate(run):
            sizes = [next(lengths) for _ in item.texts]
            if len(sizes) == 1 or sum(sizes) <= free:
                continue
            width = narrowest(sizes[0], sizes[1], room=free, cut=room.cut)
            if width <= room.overlap:
                index = None if first_index is None else first_index + done + position
                error = InputTooLongError(
                    f"{name_of(index)} has texts of {sizes[0]} and {sizes[1]} tokens, which leaves windows of "
                    f"{max(width, 0)}, must be more than the overlap, {room.overlap}",
                    hint="raise max_tokens, lower overlap, or cut the longer text",
                )
                error.index = index
                raise error


def narrowest(first: int, second: int, *, room: int, cut: Cut) -> int:
    """Say how many tokens the narrowest window has of a text that is cut.

    Args:
        first: tokens of the first text.
        second: tokens of the second text.
        room: tokens that fit, fewer than both texts have.
        cut: which of them gives way.
    """
    match cut:
        case "first":
            return room - second
        case "second":
            return room - first
        case "longest_first":
            kept = longest_first(first, second, room=room)
            return min(part for part, whole in zip(kept, (first, second), strict=True) if part < whole)
        case _ as unreachable:
            assert_never(unreachable)


def _runs(prepared: Sequence[_Prepared]) -> Iterator[list[_Prepared]]:
    """Part inputs where special tokens are wanted from those where they are not, in their order."""
    for _, run in groupby(prepared, key=lambda item: item.special_tokens):
        yield list(run)


@contextmanager
def _placed(first_index: int | None, done: int, policy: TokenizingPolicy) -> Iterator[None]:
    """Say which input could not be cut as the policy asks."""
    try:
        yield
    except NoRoomError as error:
        index = None if first_index is None else first_index + done + error.position
        cut = "longest_first" if isinstance(policy.truncation, NoTruncation) else policy.truncation.cut
        refusal = InputTooLongError(
            f"{name_of(index)} does not fit, and cut={cut!r} cannot make it: that text is too short or not there",
            hint="raise max_tokens, or use cut='longest_first'",
        )
        refusal.index = index
        raise refusal from error
