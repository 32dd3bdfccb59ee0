"""Run a tokenizer in transformers, for those that only it can run: written in Python, or with ways of their own."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np
from transformers import TokenizersBackend

from hfkit.backends.encoding import Encoded, Flat, NoRoomError
from hfkit.backends.library import STRATEGIES, from_library
from hfkit.errors import TokenizerError
from hfkit.text.windows import Window, windows

from .quiet import first_line, quiet_transformers
from .tokenizer import open_transformers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hfkit.backends.encoding import Encoder, Room
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime

__all__ = ["open_encoder"]


def open_encoder(folder: ModelFolder, runtime: Runtime) -> Encoder:
    """Open a tokenizer that the tokenizers library alone cannot run.

    Raises:
        TokenizerError: transformers cannot open it.
    """
    with quiet_transformers():
        opened: Any = open_transformers(folder, runtime)
    kind = _BackedEncoder if isinstance(opened, TokenizersBackend) else _PythonEncoder
    return kind(opened, folder.name)


class _Encoder(ABC):
    """What both kinds share; see :class:`hfkit.backends.encoding.Encoder`."""

    def __init__(self, tokenizer: Any, name: str) -> None:  # noqa: ANN401  # transformers' classes differ
        self._tokenizer = tokenizer
        self._name = name
        self._lock = threading.Lock()  # these change themselves while they work

    def special_count(self, *, pair: bool) -> int:
        return int(self._tokenizer.num_special_tokens_to_add(pair=pair))

    def encode(
        self, groups: Sequence[tuple[str, ...]], *, special_tokens: bool, room: Room | None
    ) -> list[list[Encoded]]:
        encoded = []
        with self._lock, quiet_transformers():
            for position, group in enumerate(groups):
                try:
                    encoded.append(self._one(group, room, special_tokens=special_tokens))
                except _NoRoomHereError as error:
                    raise NoRoomError(position) from error
                except Exception as error:
                    raise TokenizerError(
                        f"the tokenizer of {self._name} fails: {first_line(error)}",
                        hint="save the tokenizer again",
                    ) from error
        return encoded

    def flat(self, groups: Sequence[tuple[str, ...]], *, special_tokens: bool, room: Room | None) -> Flat:
        encoded = self.encode(groups, special_tokens=special_tokens, room=room)
        further = room is not None and room.further
        kept = [windows if further else windows[:1] for windows in encoded]
        rows = [window for windows in kept for window in windows]
        return Flat(
            np.array([id_ for row in rows for id_ in row.ids], dtype=np.int32),
            np.array([type_ for row in rows for type_ in row.type_ids], dtype=np.int8),
            np.array([len(row.ids) for row in rows], dtype=np.int64),
            np.array([len(windows) for windows in kept], dtype=np.int64),
            () if further else tuple(number for number, windows in enumerate(encoded) if len(windows) > 1),
        )

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool) -> str:
        with self._lock, quiet_transformers():
            return str(self._tokenizer.decode(list(ids), skip_special_tokens=skip_special_tokens))

    def vocabulary(self) -> Mapping[str, int]:
        vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        return vocabulary

    @abstractmethod
    def _one(self, texts: tuple[str, ...], room: Room | None, *, special_tokens: bool) -> list[Encoded]: ...


class _NoRoomHereError(Exception):
    """The text that was to give way is too short for that, or is not there."""


class _BackedEncoder(_Encoder):
    """A class over the tokenizers library that does more than its backend."""

    def _one(self, texts: tuple[str, ...], room: Room | None, *, special_tokens: bool) -> list[Encoded]:
        self._tokenizer.truncation_side = room.side if room else "right"
        try:
            made = self._tokenizer(
                [texts[0]],
                [texts[1]] if len(texts) > 1 else None,
                add_special_tokens=special_tokens,
                truncation=STRATEGIES[room.cut] if room else False,
                max_length=room.tokens if room else None,
                stride=room.overlap if room else 0,
                return_overflowing_tokens=room is not None,
            )
        except Exception as error:
            if "Truncation error" in str(error):
                raise _NoRoomHereError from error
            raise
        return [from_library(encoding) for encoding in made.encodings]


class _PythonEncoder(_Encoder):
    """A tokenizer without a backend, such as Marian's over sentencepiece."""

    def _one(self, texts: tuple[str, ...], room: Room | None, *, special_tokens: bool) -> list[Encoded]:
        contents = [self._content(text) for text in texts]
        lengths = [len(content.ids) for content in contents]
        around = self.special_count(pair=len(texts) > 1) if special_tokens else 0
        if room is None or sum(lengths) + around <= room.tokens:
            return [self._assemble(contents, special_tokens=special_tokens)]
        kept = _kept(lengths, room.tokens - around, room)
        overlap = room.overlap if room.further else 0
        cuts = [_cuts(length, size, overlap, room) for length, size in zip(lengths, kept, strict=True)]
        return [
            self._assemble(
                [content.part(window) for content, window in zip(contents, chosen, strict=True)],
                special_tokens=special_tokens,
            )
            for chosen in product(*cuts)
        ]

    def _content(self, text: str) -> _Content:
        pieces = self._tokenizer.tokenize(text)
        ids = self._tokenizer.convert_tokens_to_ids(pieces)
        return _Content(ids, self._spans(text, pieces))

    def _spans(self, text: str, pieces: list[str]) -> list[tuple[int, int]] | None:
        """Ask sentencepiece where its pieces stand; None unless it alone made the tokens."""
        model = getattr(self._tokenizer, "current_spm", None) or getattr(self._tokenizer, "sp_model", None)
        if model is None:
            return None
        try:
            made = model.encode(text, return_type="offset_mapping")
        except (TypeError, ValueError):  # a sentencepiece before 0.2.3
            return None
        return list(made["offsets"]) if made["pieces"] == pieces else None

    def _assemble(self, contents: list[_Content], *, special_tokens: bool) -> Encoded:
        ids = [content.ids for content in contents]
        # Numbers below zero stand for the texts' own tokens, so that each is known by its place.
        where = {
            -1 - count: place
            for count, place in enumerate(
                (text, token) for text, part in enumerate(ids) for token in range(len(part))
            )
        }
        marks = iter(where)
        marked = [[next(marks) for _ in part] for part in ids]
        row = (
            self._tokenizer.build_inputs_with_special_tokens(*marked)
            if special_tokens
            else list(chain.from_iterable(marked))
        )
        places = [where.get(mark) for mark in row]
        row_ids = [
            mark if place is None else ids[place[0]][place[1]]
            for mark, place in zip(row, places, strict=True)
        ]
        offsets: list[tuple[int, int]] | None = None
        spans = [content.offsets for content in contents]
        if all(part is not None for part in spans):
            offsets = [(0, 0) if place is None else (spans[place[0]] or [])[place[1]] for place in places]
        if special_tokens:
            types = self._tokenizer.create_token_type_ids_from_sequences(*ids)
            mask = self._tokenizer.get_special_tokens_mask(*ids)
        else:
            types, mask = [0] * len(row), [0] * len(row)
        return Encoded(
            row_ids,
            self._tokenizer.convert_ids_to_tokens(row_ids),
            types,
            offsets,
            mask,
            [None] * len(row),
            [None if place is None else place[0] for place in places],
        )


@dataclass(frozen=True, slots=True)
class _Content:
    """The tokens of one text, without special ones; offsets are None where they cannot be told."""

    ids: list[int]
    offsets: list[tuple[int, int]] | None

    def part(self, window: Window) -> _Content:
        """Give the tokens of a window."""
        offsets = self.offsets
        return _Content(self.ids[window.start : window.stop], offsets and offsets[window.start : window.stop])


def _kept(lengths: list[int], free: int, room: Room) -> list[int]:
    """Say how many tokens of each text a window holds."""
    match room.cut, lengths:
        case "longest_first" | "first", [_]:
            kept = [free]
        case "longest_first", [first, second]:
            kept = _longest_first(first, second, first + second - free)
        case "first", [_, second]:
            kept = [free - second, second]
        case "second", [first, _]:
            kept = [first, free - first]
        case _:
            raise _NoRoomHereError
    least = room.overlap + 1 if room.further else 0
    if any(part < min(least, whole) for part, whole in zip(kept, lengths, strict=True)):
        raise _NoRoomHereError
    return kept


def _longest_first(first: int, second: int, remove: int) -> list[int]:
    """Cut as ``truncate_sequences`` of transformers 5.23 does, which rounds unlike the tokenizers library."""
    ahead = min(abs(first - second), remove)
    less, more = (remove - ahead) // 2, (remove - ahead + 1) // 2
    if first > second:
        return [first - ahead - less, second - more]
    return [first - less, second - ahead - more]


def _cuts(length: int, size: int, overlap: int, room: Room) -> list[Window]:
    """Cut one text; without further windows, into what is kept and what is dropped."""
    if length <= size:
        return [Window(0, length)]
    parts = (
        windows(length, size=size, overlap=overlap)
        if room.further
        else [Window(0, size), Window(size, length)]
    )
    if room.side == "right":
        return list(parts)
    return [Window(length - part.stop, length - part.start) for part in parts]
