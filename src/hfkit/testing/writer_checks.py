"""The promises of a model that writes, about its logits. Each function is one; its first line is the sentence."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import SetsThreads
from hfkit.backends.writers import Writer, WriterCard
from hfkit.errors import SessionClosedError

from .opened_writer import TOLERANCE, open_writer, require_alike
from .promise import require

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hfkit.text.arrays import FloatArray, IntArray

    from .opened_writer import OpenedWriter

__all__ = ["WRITER_CHECKS"]

_LONG = 1024  # long enough to tell; no need to fill a window of 100,000 tokens


def describes_itself(backend: object, model_dir: Path) -> None:
    """An open writer has a card: a vocabulary, a positive limit or none, a device and a number type."""
    with open_writer(backend, model_dir) as opened:
        require(
            isinstance(opened.writer, Writer),
            f"{type(opened.writer).__name__} has no card, begin or close",
        )
        card: object = opened.card
        if not isinstance(card, WriterCard):
            require(kept=False, otherwise=f"card is a {type(card).__name__}, must be a WriterCard")
            return
        require(card.vocabulary > 0, f"vocabulary is {card.vocabulary}")
        require(card.max_tokens is None or card.max_tokens > 0, f"max_tokens is {card.max_tokens}")
        require(card.token_bytes >= 0, f"token_bytes is {card.token_bytes}")
        require(bool(card.device and card.dtype), f"device is {card.device!r}, dtype {card.dtype!r}")


def gives_logits(backend: object, model_dir: Path) -> None:
    """Logits are finite float32 numpy arrays with one number for each token of the vocabulary."""
    with open_writer(backend, model_dir) as opened:
        batch, read = opened.begin(opened.rows)
        written = batch.write(opened.tokens[:, :2])
        rows, vocabulary = len(opened.rows), opened.card.vocabulary
        for method, logits, shape in (
            ("read", read, (rows, vocabulary)),
            ("write", written, (rows, 2, vocabulary)),
        ):
            require(isinstance(logits, np.ndarray), f"{method} gives a {type(logits).__name__}")
            require(logits.dtype == np.float32, f"{method} gives {logits.dtype}")
            require(logits.shape == shape, f"{method} gives shape {logits.shape}, must be {shape}")
            require(bool(np.isfinite(logits).all()), f"{method} gives numbers that are not finite")


def takes_its_longest_row(backend: object, model_dir: Path) -> None:
    """A row of as many tokens as its card names is read and written."""
    with open_writer(backend, model_dir) as opened:
        most = min(opened.card.max_tokens or _LONG, _LONG)
        row, written = opened.draw(most, seed=0), opened.draw(1, most - 1, seed=1)
        try:
            batch, _ = opened.begin([row if opened.card.encodes else row[:1]])
            batch.write(written)
        except Exception as error:  # noqa: BLE001  # whatever it is, the card promised otherwise
            require(kept=False, otherwise=f"{most} tokens raise {type(error).__name__}: {error}")


def depends_on_what_was_read(backend: object, model_dir: Path) -> None:
    """Rows that differ in their first token alone have different logits."""
    with open_writer(backend, model_dir) as opened:
        rows = np.tile(opened.draw(4, seed=0), (5, 1))
        rows[:, 0] = np.arange(5) + (np.arange(5) >= opened.card.pad_id)
        _, logits = opened.begin(list(rows))
        require(float(np.ptp(logits, axis=0).max()) > TOLERANCE, "all rows have the same logits")


def ignores_neighbors(backend: object, model_dir: Path) -> None:
    """A row has the same logits alone and beside others, shorter and longer."""
    with open_writer(backend, model_dir) as opened:
        together = _written(opened, opened.rows, opened.tokens[:, :1])
        alone = [_written(opened, [row], opened.tokens[[place], :1]) for place, row in enumerate(opened.rows)]
        require_alike(together, np.concatenate(alone), "what stands beside a row changes its logits")


def goes_on_as_if_read(backend: object, model_dir: Path) -> None:
    """Tokens that are written one by one have the logits of the same tokens read at once."""
    with open_writer(backend, model_dir) as opened:
        tokens = opened.tokens[:, :3]
        if opened.opening is None:
            _, whole = opened.begin([np.concatenate(pair) for pair in zip(opened.rows, tokens, strict=True)])
        else:
            tokens = np.tile(tokens[:1], (len(tokens), 1))
            opening = np.concatenate((opened.opening, tokens[0]))
            whole = opened.writer.begin().read(opened.rows, opening=opening)
        batch, logits = opened.begin(opened.rows)
        for column in range(tokens.shape[1]):
            logits = batch.write(tokens[:, column, None])[:, -1]
        require_alike(logits, whole, "written one by one, tokens have other logits than read at once")


def writes_several(backend: object, model_dir: Path) -> None:
    """Several tokens that are written at once have the logits, each, of tokens written one by one."""
    with open_writer(backend, model_dir) as opened:
        batch, _ = opened.begin(opened.rows)
        columns = [batch.write(opened.tokens[:, column, None]) for column in range(4)]
        batch, _ = opened.begin(opened.rows)
        together = batch.write(opened.tokens[:, :3])
        require_alike(together, np.concatenate(columns[:3], axis=1), "several at once have other logits")
        after = batch.write(opened.tokens[:, 3, None])
        require_alike(after, columns[3], "after several at once a row goes on otherwise")


def leaves_its_arguments(backend: object, model_dir: Path) -> None:
    """The arrays that a batch is given are left as they were."""
    with open_writer(backend, model_dir) as opened:
        kept = np.arange(len(opened.rows))[::-1].copy()
        given = [*opened.rows, opened.tokens, kept, *([] if opened.opening is None else [opened.opening])]
        before = [array.copy() for array in given]
        batch, _ = opened.begin(opened.rows)
        batch.write(opened.tokens)
        batch.keep(kept)
        for array, untouched in zip(given, before, strict=True):
            require(np.array_equal(array, untouched), "a batch writes to the arrays that it is given")


def gives_its_own_memory(backend: object, model_dir: Path) -> None:
    """Logits stay what they are while the batch goes on."""
    with open_writer(backend, model_dir) as opened:
        batch, read = opened.begin(opened.rows)
        before_read = read.copy()
        written = batch.write(opened.tokens[:, :1])
        before_written = written.copy()
        batch.write(opened.tokens[:, 1:2])
        opened.begin(opened.rows[::-1])
        require(np.array_equal(read, before_read), "what read gave changes with a later call")
        require(np.array_equal(written, before_written), "what write gave changes with a later call")


def repeats_itself(backend: object, model_dir: Path) -> None:
    """The same rows have the same logits again, bit for bit."""
    with open_writer(backend, model_dir) as opened:
        one, other = (_written(opened, opened.rows, opened.tokens) for _ in range(2))
        require(np.array_equal(one, other), "the same rows have other logits the second time")


def serves_threads(backend: object, model_dir: Path) -> None:
    """Several threads may run a batch each at once."""
    with open_writer(backend, model_dir) as opened:
        places = [*range(len(opened.rows))] * 3

        def run(place: int) -> FloatArray:
            return _written(opened, [opened.rows[place]], opened.tokens[[place]])

        expected = [run(place) for place in places]
        found: list[FloatArray | None] = [None] * len(places)

        def keep(number: int) -> None:
            found[number] = run(places[number])

        threads = [threading.Thread(target=keep, args=(number,)) for number in range(len(places))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for logits, own in zip(found, expected, strict=True):
            require(logits is not None, "a thread got no logits")
            require_alike(np.asarray(logits), own, "a thread got other logits")


def keeps_its_logits_with_fewer_threads(backend: object, model_dir: Path) -> None:
    """Where the number of threads can be changed, logits do not depend on it."""
    with open_writer(backend, model_dir) as opened:
        writer: object = opened.writer
        if not isinstance(writer, SetsThreads):
            return
        expected = _written(opened, opened.rows, opened.tokens)
        threads = writer.use_threads(1)
        require(threads == 1, f"use_threads(1) gives {threads}")
        require_alike(_written(opened, opened.rows, opened.tokens), expected, "one thread has other logits")
        threads = writer.use_threads(None)
        require(threads > 0, f"use_threads(None) gives {threads}")
        again = _written(opened, opened.rows, opened.tokens)
        require_alike(again, expected, "threads that were put back have other logits")


def closes(backend: object, model_dir: Path) -> None:
    """A closed writer says so, in batches that were begun too, and may be closed again."""
    with open_writer(backend, model_dir) as opened:
        batch, _ = opened.begin(opened.rows)
        empty = opened.writer.begin()
        opened.writer.close()
        opened.writer.close()
        attempts: dict[str, Callable[[], object]] = {
            "begin": opened.writer.begin,
            "read": lambda: opened.read(empty, opened.rows),
            "write": lambda: batch.write(opened.tokens),
        }
        for method, attempt in attempts.items():
            try:
                attempt()
            except SessionClosedError:
                continue
            require(kept=False, otherwise=f"a closed writer still does {method}")


def _written(opened: OpenedWriter, rows: list[IntArray], tokens: IntArray) -> FloatArray:
    """Give the logits of rows and of tokens written to them one by one, ``[rows, tokens + 1, vocabulary]``."""
    batch, read = opened.begin(rows)
    columns = [read[:, None].copy()]
    for column in range(tokens.shape[1]):
        columns.append(batch.write(tokens[:, column, None]).copy())  # noqa: PERF401  # in turn, as they are given
    return np.concatenate(columns, axis=1)


WRITER_CHECKS = (
    describes_itself,
    gives_logits,
    takes_its_longest_row,
    depends_on_what_was_read,
    ignores_neighbors,
    goes_on_as_if_read,
    writes_several,
    leaves_its_arguments,
    gives_its_own_memory,
    repeats_itself,
    serves_threads,
    keeps_its_logits_with_fewer_threads,
    closes,
)
"""What a model that writes promises of its logits."""
