"""Tokenizers that run in the tokenizers library, which needs nothing heavy."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, groupby
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import TokenizerError
from hfkit.text.spaces import without_token_spaces

from .cutting import TooShortError, cut_pair, makes_many, without_specials
from .encoding import Encoded, Flat, NoRoomError
from .flats import shorten, surround
from .words import open_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import tokenizers

    from .encoding import Room

__all__ = ["STRATEGIES", "LibraryEncoder", "flatten", "from_library", "translated"]

STRATEGIES = {"longest_first": "longest_first", "first": "only_first", "second": "only_second"}
"""What the tokenizers library, and transformers, call the ways to cut a pair."""

_LARGEST_ID = 2**32 - 1

# Fewer characters are read by the library as fast as they are looked up.
_FEW = 4096

_NOTHING: tuple[list[int], list[int]] = ([], [])

# Of these at least one gives tokens in most vocabularies; the last gives none.
_PROBES = ("a", "The film, 世界!", "")


class LibraryEncoder:
    """An :class:`~hfkit.backends.encoding.Encoder` over the tokenizers library.

    Args:
        tokenizer: belongs to the encoder from now on.
        name: the model, for errors.
        cleans_spaces: whether decoding takes out spaces before punctuation.
    """

    def __init__(self, tokenizer: tokenizers.Tokenizer, *, name: str, cleans_spaces: bool) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._name = name
        self._cleans_spaces = cleans_spaces
        self._room: Room | None = None
        # Room is a state of the library's tokenizer, so one policy runs at a time.
        self._lock = threading.Lock()
        # Counted once: what puts them there is taken out for a moment while a policy changes.
        self._special_counts = {flag: tokenizer.num_special_tokens_to_add(flag) for flag in (False, True)}
        self._only_type: dict[bool, int | None] = {
            flag: _only_type(tokenizer, special_tokens=flag) for flag in (False, True)
        }
        self._around = _around(tokenizer) if None not in self._only_type.values() else None
        self._words = open_memory(tokenizer, self._read_plain)

    def special_count(self, *, pair: bool) -> int:
        """Count the special tokens around one text, or around two."""
        return self._special_counts[pair]

    def encode(
        self, groups: Sequence[tuple[str, ...]], *, special_tokens: bool, room: Room | None
    ) -> list[list[Encoded]]:
        """See :meth:`hfkit.backends.encoding.Encoder.encode`."""
        encodings = self._run(self._tokenizer.encode_batch, groups, special_tokens, room)
        if room is None or room.further:
            return [[from_library(window) for window in (first, *first.overflowing)] for first in encodings]
        return [_first(first, pair=len(group) > 1) for first, group in zip(encodings, groups, strict=True)]

    def flat(self, groups: Sequence[tuple[str, ...]], *, special_tokens: bool, room: Room | None) -> Flat:
        """See :meth:`hfkit.backends.encoding.Encoder.flat`."""
        pairs = any(len(group) > 1 for group in groups)
        further = room is not None and room.further
        only_type = None if pairs else self._only_type[special_tokens]
        if further and only_type:  # tokenizers 0.23 gives the tokens of a text's further windows type 0
            only_type = None
        around = self._around if special_tokens else _NOTHING
        if only_type is not None and around is not None and _is_simple(room, around):
            # What the library does around texts and to cut them takes more time than to do it to all at once.
            flat = self._plain([text for (text,) in groups], only_type)
            if room is not None:
                flat = shorten(flat, room.tokens - sum(map(len, around)), left=room.side == "left")
            return surround(flat, *around)
        # tokenizers 0.23: the fast way gives other types in the further windows of a pair.
        encode = self._tokenizer.encode_batch if pairs and further else self._tokenizer.encode_batch_fast
        encodings = self._run(encode, groups, special_tokens, room)
        return flatten(encodings, room, only_type=only_type)

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool) -> str:
        """See :meth:`hfkit.backends.encoding.Encoder.decode`."""
        text: str = self._tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)
        return without_token_spaces(text) if self._cleans_spaces else text

    def vocabulary(self) -> Mapping[str, int]:
        """See :meth:`hfkit.backends.encoding.Encoder.vocabulary`."""
        return self._tokenizer.get_vocab(with_added_tokens=True)

    def knows(self, id_: int, /) -> bool:
        """See :meth:`hfkit.backends.encoding.KnowsIds.knows`."""
        return 0 <= id_ <= _LARGEST_ID and self._tokenizer.id_to_token(id_) is not None

    def _plain(self, texts: Sequence[str], only_type: int) -> Flat:
        """Read texts without special tokens, by the words that are known where that is quicker."""
        read = None
        if self._words is not None and sum(map(len, texts)) >= _FEW:
            read = self._words.read(texts)
        if read is None:
            return flatten(self._read_plain(texts), None, only_type=only_type)
        ids, lengths = read
        return Flat(ids, only_type, lengths, np.ones(len(texts), dtype=np.int64), ())

    def _read_plain(self, texts: Sequence[str]) -> list[tokenizers.Encoding]:
        groups = [(text,) for text in texts]
        return self._run(self._tokenizer.encode_batch_fast, groups, False, None)  # noqa: FBT003

    def _run(
        self,
        encode: Callable[..., list[tokenizers.Encoding]],
        groups: Sequence[tuple[str, ...]],
        special_tokens: bool,  # noqa: FBT001  # private
        room: Room | None,
    ) -> list[tokenizers.Encoding]:
        encodings: list[tokenizers.Encoding] = []
        with self._lock:
            for large, run in groupby(groups, key=lambda group: makes_many(group, room)):
                part = list(run)
                try:
                    if large and room is not None:
                        encodings += self._large(part, room, special_tokens=special_tokens)
                    else:
                        encodings += self._small(encode, part, room, special_tokens=special_tokens)
                except NoRoomError as error:
                    raise NoRoomError(len(encodings) + error.position) from error
        return encodings

    def _large(
        self, groups: Sequence[tuple[str, ...]], room: Room, *, special_tokens: bool
    ) -> list[tokenizers.Encoding]:
        encodings = []
        with translated(self._name):
            self._make(None)
            for position, group in enumerate(groups):
                try:
                    encodings.append(cut_pair(self._tokenizer, group, room, special_tokens=special_tokens))
                except TooShortError as error:
                    raise NoRoomError(position) from error
        return encodings

    def _small(
        self,
        encode: Callable[..., list[tokenizers.Encoding]],
        groups: Sequence[tuple[str, ...]],
        room: Room | None,
        *,
        special_tokens: bool,
    ) -> list[tokenizers.Encoding]:
        inputs = [group if len(group) > 1 else group[0] for group in groups]
        try:
            with translated(self._name):
                self._make(room)
                return encode(inputs, add_special_tokens=special_tokens)
        except TokenizerError as error:
            if "Truncation error" not in error.message:
                raise
            for position, item in enumerate(inputs):
                try:
                    encode([item], add_special_tokens=special_tokens)
                except Exception as cause:  # all that the library raises
                    raise NoRoomError(position) from cause
            raise

    def _make(self, room: Room | None) -> None:
        if room == self._room:
            return
        if room is None:
            self._tokenizer.no_truncation()
        else:
            # It would want the overlap to leave room for special tokens even where none will be put.
            with without_specials(self._tokenizer):
                self._tokenizer.enable_truncation(
                    room.tokens, stride=room.overlap, strategy=STRATEGIES[room.cut], direction=room.side
                )
        self._room = room


def _is_simple(room: Room | None, around: tuple[list[int], list[int]]) -> bool:
    """Tell whether single texts are cut by dropping what is too much, with no further windows and no refusal."""
    if room is None:
        return True
    free = room.tokens - sum(map(len, around))
    return not room.further and (room.cut == "longest_first" or (room.cut == "first" and free > 0))


def _first(encoding: tokenizers.Encoding, *, pair: bool) -> list[Encoded]:
    """Read the window that stays, and if there are others one of them, which says so; the rest costs time."""
    further, kept = encoding.overflowing, from_library(encoding)
    if not further:
        return [kept]
    if not pair:  # of a pair, every piece of one text stands beside every piece of the other
        kept = replace(kept, dropped=list(chain.from_iterable(window.offsets for window in further)))
    return [kept, from_library(further[0])]


def from_library(encoding: tokenizers.Encoding) -> Encoded:
    """Read the library's columns."""
    return Encoded(
        encoding.ids,
        encoding.tokens,
        encoding.type_ids,
        encoding.offsets,
        encoding.special_tokens_mask,
        encoding.word_ids,
        encoding.sequence_ids,
    )


def flatten(encodings: Sequence[tokenizers.Encoding], room: Room | None, *, only_type: int | None) -> Flat:
    """Lay the ids of encodings end to end.

    Args:
        encodings: one for each input, what did not fit beside it.
        room: what they were made with.
        only_type: the type id of all tokens, if it is known already.
    """
    windows: Sequence[tokenizers.Encoding] = encodings
    counts = np.ones(len(encodings), dtype=np.int64)
    cut: tuple[int, ...] = ()
    if room is not None:
        further = [encoding.overflowing for encoding in encodings]
        if room.further:
            windows = [
                window for first, rest in zip(encodings, further, strict=True) for window in (first, *rest)
            ]
            counts += np.fromiter(map(len, further), np.int64, len(further))
        else:
            cut = tuple(position for position, rest in enumerate(further) if rest)
    lengths = np.fromiter(map(len, windows), np.int64, len(windows))
    total = int(lengths.sum())
    ids = np.fromiter(chain.from_iterable(window.ids for window in windows), np.int32, total)
    if only_type is not None:
        return Flat(ids, only_type, lengths, counts, cut)
    types = np.fromiter(chain.from_iterable(window.type_ids for window in windows), np.int8, total)
    return Flat(ids, types, lengths, counts, cut)


def _only_type(tokenizer: tokenizers.Tokenizer, *, special_tokens: bool) -> int | None:
    """Give the type id that all tokens of a single text have; None if there are several, or it cannot be told."""
    try:
        encodings = tokenizer.encode_batch(list(_PROBES), add_special_tokens=special_tokens)
    except Exception:  # noqa: BLE001  # the library's, for texts without tokens; others may have some
        return None
    types = {type_id for encoding in encodings for type_id in encoding.type_ids}
    reads = any(text is not None for encoding in encodings for text in encoding.sequence_ids)
    return types.pop() if reads and len(types) == 1 else None


def _around(tokenizer: tokenizers.Tokenizer) -> tuple[list[int], list[int]] | None:
    """Give the special ids before and after a single text; None if they are not always the same."""
    whole = [encoding.ids for encoding in tokenizer.encode_batch(list(_PROBES))]
    plain = [encoding.ids for encoding in tokenizer.encode_batch(list(_PROBES), add_special_tokens=False)]
    special = whole[-1]
    for count in range(len(special) + 1):
        before, after = special[:count], special[count:]
        if any(plain) and all(before + own + after == ids for ids, own in zip(whole, plain, strict=True)):
            return before, after
    return None


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the bare Exception that the library raises, for a text it has no tokens for, into one of ours."""
    try:
        yield
    except NoRoomError:
        raise
    except Exception as error:
        raise TokenizerError(
            f"the tokenizer of {name} fails: {error}", hint="save the tokenizer again"
        ) from error
