"""How well a model that goes on from texts foresees given ones, token by token."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import InputError, OutOfMemoryError, SettingError
from hfkit.text.strides import foreseen_windows
from hfkit.values.padding import NoPadding
from hfkit.values.statistics import Statistics
from hfkit.values.truncation import NoTruncation

from .inputs import check_document
from .reading import fitting_window
from .tokenizing import TokenizingPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hfkit.text.arrays import DoubleArray, FloatArray, IntArray

    from .writing import WritingSession

__all__ = ["ForeseenText", "Sight", "foresee", "plan_sight"]

# Where the model names no limit: what a window costs grows with its square.
_USUAL_WINDOW = 1024

# Logits held at a time: 64 MiB of float32.
_HELD = 16_777_216

_LEAST_WINDOW = 2

_PLAIN = TokenizingPolicy(
    padding=NoPadding(),
    truncation=NoTruncation(),
    special_tokens=True,
    template=None,
    generation_prompt=False,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """How much a model sees of a text at a time.

    Attributes:
        window: tokens of a window.
        stride: by how many tokens it moves on.
    """

    window: int
    stride: int


@dataclass(frozen=True, slots=True)
class ForeseenText:
    """How well a text was foreseen.

    Attributes:
        logprob: the sum of the natural logarithms of the probabilities of its tokens.
        tokens: how many that are; 0 for a text of one token.
        bytes: how many bytes they have in UTF-8.
    """

    logprob: float
    tokens: int
    bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A window of one of the texts.

    Attributes:
        text: the position of the text.
        known: tokens that are read, shape ``[known]``.
        further: tokens that are foreseen, shape ``[further]``.
    """

    text: int
    known: IntArray
    further: IntArray


def plan_sight(session: WritingSession, *, window: int | None, stride: int | None) -> Sight:
    """Choose the window and the stride.

    Args:
        session: the open model.
        window: tokens of a window; None for what the model reads, or 1024 where it names no limit.
        stride: by how many tokens it moves on; None for half the window.

    Raises:
        SettingError: the model writes another text instead of going on, or does not read so much, or windows would
            leave tokens out.
    """
    if session.card.encodes:
        raise SettingError(
            f"{session.source.model} encodes a text and writes another: it foresees none",
            hint="give a model that only decodes, such as GPT-2, Llama or Qwen",
        )
    limit = session.card.max_tokens
    size = fitting_window(window, limit, session.source.model) if limit else window or _USUAL_WINDOW
    step = stride or max(1, size // 2)
    if size < _LEAST_WINDOW or step >= size:
        raise SettingError(
            f"stride is {step} and window {size}, must be less than the window, and that at least {_LEAST_WINDOW}",
            hint="half the window is usual",
        )
    return Sight(size, step)


def foresee(
    session: WritingSession, texts: Iterable[str], sight: Sight, *, budget: int, first_index: int = 0
) -> tuple[list[ForeseenText], Statistics]:
    """Foresee texts of any length, each token once.

    A text is read as the tokenizer reads it, with the special tokens that it puts around texts. Its first token is
    not foreseen: nothing stands before it.

    Args:
        session: the open model, which only decodes.
        texts: what to foresee.
        sight: how much is seen at a time.
        budget: the most tokens that are computed side by side.
        first_index: the position of the first text, for errors.

    Raises:
        InputError: a text cannot be read.
        OutOfMemoryError: a single window does not fit into memory.
    """
    checked = [
        check_document(text, max_characters=None, index=first_index + place)
        for place, text in enumerate(texts)
    ]
    ids = [session.tokenizer.ids(text, _PLAIN) for text in checked]
    rows = [
        _Row(place, own[one.start : one.first], own[one.first : one.stop])
        for place, own in enumerate(ids)
        for one in foreseen_windows(len(own), window=sight.window, stride=sight.stride)
    ]
    sums = np.zeros(len(checked))
    statistics = Statistics(inputs=len(checked), windows=len(rows))
    # Rows of one batch are written together: as much of each was read, and lengths are alike.
    order = sorted(rows, key=lambda row: (len(row.known), -len(row.further)))
    for known, alike in groupby(order, key=lambda row: len(row.known)):
        for batch in _batches(list(alike), known=known, budget=budget):
            logprobs, cost = _run(session, batch)
            statistics += cost
            for row, logprob in zip(batch, logprobs.tolist(), strict=True):
                sums[row.text] += logprob
    _require_finite(sums, session, first_index)
    return [
        ForeseenText(logprob, max(0, len(own) - 1), _bytes(text, own, session))
        for text, own, logprob in zip(checked, ids, sums.tolist(), strict=True)
    ], statistics


def _batches(rows: Sequence[_Row], *, known: int, budget: int) -> Iterator[list[_Row]]:
    """Cut rows, the longest first, into batches within the budget."""
    start = 0
    while start < len(rows):
        most = max(1, budget // (known + len(rows[start].further)))
        yield list(rows[start : start + most])
        start += most


def _run(session: WritingSession, rows: Sequence[_Row]) -> tuple[DoubleArray, Statistics]:
    """Give the log probability of each row's further tokens; half the rows at a time where memory is too small."""
    try:
        return _together(session, rows)
    except OutOfMemoryError:
        if len(rows) == 1:
            raise
        half = len(rows) // 2
        first, cost = _run(session, rows[:half])
        second, further_cost = _run(session, rows[half:])
        return np.concatenate((first, second)), cost + further_cost + Statistics(splits=1)


def _together(session: WritingSession, rows: Sequence[_Row]) -> tuple[DoubleArray, Statistics]:
    batch = session.begin()
    widest = len(rows[0].further)
    tokens = np.zeros((len(rows), widest), dtype=np.int64)
    lengths = np.array([len(row.further) for row in rows])
    for place, row in enumerate(rows):
        tokens[place, : len(row.further)] = row.further
    sums = np.zeros(len(rows))
    logits = batch.read([row.known for row in rows])[:, None]
    sums += _gather(logits, tokens[:, :1])[:, 0]
    forwards, padded = 1, logits.shape[0] * len(rows[0].known)
    step = max(1, _HELD // (session.card.vocabulary * len(rows)))
    done, there = 1, len(rows)
    while done < widest:
        left = int((lengths > done).sum())  # the longest come first
        if left < there:
            batch.keep(np.arange(left))
            there = left
        more = min(step, widest - done)
        written = tokens[:there, done - 1 : done - 1 + more]
        found = _gather(batch.write(written), tokens[:there, done : done + more])
        wanted = np.arange(done, done + more) < lengths[:there, None]
        sums[:there] += np.where(wanted, found, 0).sum(axis=1)
        forwards, padded, done = forwards + 1, padded + written.size, done + more
    real = sum(len(row.known) + len(row.further) - 1 for row in rows)
    return sums, Statistics(forwards=forwards, tokens=real, padded_tokens=padded)


def _gather(logits: FloatArray, tokens: IntArray) -> DoubleArray:
    """Give the log probabilities of tokens, shape ``[rows, tokens]``, of logits ``[rows, tokens, vocabulary]``."""
    highest = logits.max(axis=-1, keepdims=True)
    logits -= highest
    chosen = np.take_along_axis(logits, tokens[..., None], axis=-1)[..., 0].astype(np.float64)
    np.exp(logits, out=logits)
    result: DoubleArray = chosen - np.log(logits.sum(axis=-1, dtype=np.float64))
    return result


def _require_finite(sums: DoubleArray, session: WritingSession, first_index: int) -> None:
    bad = np.flatnonzero(~np.isfinite(sums))
    if len(bad):
        index = first_index + int(bad[0])
        error = InputError(
            f"input {index} has the log probability {sums[bad[0]]} by {session.source.model}, must be finite",
            hint="the model gives no number, or no probability at all, to one of its tokens; try dtype='float32'",
        )
        error.index = index
        raise error


def _bytes(text: str, ids: IntArray, session: WritingSession) -> int:
    """Count the bytes of what was foreseen: of all but the first token, which is nothing where it is special."""
    before = session.tokenizer.text_of(ids[:1].tolist())
    return max(1, len(text.encode()) - len(before.encode()))
