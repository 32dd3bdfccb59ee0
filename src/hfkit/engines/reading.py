"""How much of a text a model reads, and in which windows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from hfkit.errors import EmptyInputError, InputError, InputTooLongError, SettingError
from hfkit.text.offsets import characters_read
from hfkit.text.truncation import longest_first
from hfkit.text.windows import fresh_lengths, windows
from hfkit.values.provenance import Coverage

from .inputs import name_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import IntArray
    from hfkit.text.templates import Row, Template
    from hfkit.values.inputs import TextInput

    from .tokens import TextTokenizer

__all__ = ["Overflow", "Readable", "Reading", "fitting_window", "read_inputs", "require_few_windows"]

Overflow: TypeAlias = Literal["window", "error", "truncate"]
"""What to do with a text that is longer than the model's window: read all of it in overlapping
windows, refuse it, or read its beginning and say so in the result's coverage."""


# Two texts of a million characters would make a million windows: hours, for an answer that nobody expects to wait for.
_MOST_WINDOWS = 8192


def fitting_window(window: int | None, limit: int, model: str) -> int:
    """Give the tokens of a window: as many as were asked for, or the most that the model reads.

    Raises:
        SettingError: it reads fewer than were asked for.
    """
    if window is not None and window > limit:
        raise SettingError(
            f"window is {window} tokens, {model} reads at most {limit}",
            hint="leave window=None for its own limit",
        )
    return window or limit


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read.

    Attributes:
        size: tokens of one window, special tokens included.
        overlap: tokens that neighboring windows share; at most half of what fits is used.
        overflow: what to do with longer texts.
    """

    size: int
    overlap: int
    overflow: Overflow


@dataclass(frozen=True, slots=True, eq=False)
class Readable:
    """An input as the rows that a model will read.

    Attributes:
        rows: one for each window.
        weights: for each row, the tokens that it is the first to show; at least 1.
        coverage: how much of the input the rows hold.
    """

    rows: tuple[Row, ...]
    weights: tuple[float, ...]
    coverage: Coverage


def read_inputs(
    inputs: Sequence[TextInput], tokenizer: TextTokenizer, reading: Reading, *, first_index: int | None
) -> tuple[list[Readable], InputError | None]:
    """Tokenize inputs in bulk and cut them into windows.

    Args:
        inputs: inputs that :func:`~hfkit.engines.inputs.check_inputs` has passed.
        tokenizer: the model's tokenizer.
        reading: how to read.
        first_index: the position of the first input among all, for errors; None for a single input.

    Returns:
        The inputs up to the first that cannot be read, and the error of that one.
    """
    texts = [texts_of(item) for item in inputs]
    contents = iter(tokenizer.encode([text for group in texts for text in group]))
    readables: list[Readable] = []
    for position, group in enumerate(texts):
        tokens = [next(contents) for _ in group]
        index = None if first_index is None else first_index + position
        try:
            readables.append(_read(name_of(index), group, tokens, tokenizer, reading))
        except InputError as error:
            error.index = index
            return readables, error
    return readables, None


def _read(
    name: str, texts: tuple[str, ...], contents: list[IntArray], tokenizer: TextTokenizer, reading: Reading
) -> Readable:
    template = tokenizer.single if len(texts) == 1 else tokenizer.pair
    room = reading.size - template.size
    if room < len(texts):
        raise SettingError(
            f"a window of {reading.size} tokens leaves no room beside {template.size} special tokens",
            hint="use a larger window",
        )
    empty = [text for text, content in zip(texts, contents, strict=True) if not len(content)]
    if empty:
        raise EmptyInputError(
            f"{name}, {empty[0][:20]!r}, gives no tokens, must hold something to read",
            hint="the tokenizer drops control characters; drop such texts before the call",
        )
    total = sum(map(len, texts))
    tokens = sum(map(len, contents))
    if tokens <= room:
        return Readable((template.assemble(contents),), (float(tokens),), Coverage(total, total, 1))
    match reading.overflow:
        case "window":
            rows, weights = _window(name, contents, template, room, reading.overlap)
            return Readable(rows, weights, Coverage(total, total, len(rows)))
        case "truncate":
            kept = (
                (room,)
                if len(contents) == 1
                else longest_first(len(contents[0]), len(contents[1]), room=room)
            )
            read = sum(
                characters_read(tokenizer.offsets(text), count, total=len(text))
                for text, count in zip(texts, kept, strict=True)
            )
            row = template.assemble([content[:count] for content, count in zip(contents, kept, strict=True)])
            return Readable((row,), (float(room),), Coverage(read, total, 1))
        case "error":
            raise InputTooLongError(
                f"{name} has {tokens} tokens, at most {room} fit beside {template.size} special tokens",
                hint="use overflow='window' to read all of it, or overflow='truncate' to read its beginning",
            )
        case _ as unreachable:
            assert_never(unreachable)


def _window(
    name: str, contents: list[IntArray], template: Template, room: int, overlap: int
) -> tuple[tuple[Row, ...], tuple[float, ...]]:
    """Cut one text, or a pair, into windows.

    Of a pair the longer text is cut and the shorter one stands whole in every window. Where even
    the shorter takes more than half of the room, both are cut and every piece of one meets every
    piece of the other.
    """
    sizes = _sizes([len(content) for content in contents], room)
    cuts = [
        windows(len(content), size=size, overlap=min(overlap, size // 2))
        for content, size in zip(contents, sizes, strict=True)
    ]
    require_few_windows(
        name,
        prod(map(len, cuts)),
        hint="use overflow='truncate', or split the texts: of two long ones every part meets every part",
    )
    rows = tuple(
        template.assemble(
            [content[part.start : part.stop] for content, part in zip(contents, parts, strict=True)]
        )
        for parts in product(*cuts)
    )
    return rows, tuple(float(prod(fresh)) for fresh in product(*map(fresh_lengths, cuts)))


def require_few_windows(name: str, count: int, *, hint: str) -> None:
    """Refuse an input of so many windows that nobody would wait for the answer; the hint is the cure.

    Raises:
        InputTooLongError: there are more than 8,192.
    """
    if count > _MOST_WINDOWS:
        raise InputTooLongError(
            f"{name} makes {count:,} windows, at most {_MOST_WINDOWS:,} are read", hint=hint
        )


def _sizes(lengths: list[int], room: int) -> list[int]:
    """Say how many tokens of each text a window may hold."""
    short = min(lengths)
    if len(lengths) == 1:
        return [room]
    if short > room // 2:
        return [room // 2, room - room // 2]
    return [room - short if length > short else short for length in lengths]
