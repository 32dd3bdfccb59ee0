"""Each promise of a writer is worth something: one that breaks it fails that check and no other."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hfkit.testing import FakeBackend, checks, write_fake_writer
from hfkit.testing.fake_writers import FakeRunningBatch, FakeWriter
from hfkit.testing.folder_checks import FOLDER_CHECKS
from hfkit.testing.promise import promise_of
from hfkit.testing.running_checks import RUNNING_CHECKS
from hfkit.testing.writer_checks import WRITER_CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.runtime import Runtime


class BrokenWriter(FakeWriter):
    """The fake writer with running batches of the test's own."""

    batch: type[FakeRunningBatch] = FakeRunningBatch

    def begin(self) -> FakeRunningBatch:
        return self.batch(self, self.tables.shape[2])


class Broken(FakeBackend):
    """The fake backend with a writer of the test's own, or with running batches of its own."""

    def __init__(self, kind: type[FakeWriter | FakeRunningBatch]) -> None:
        self._kind = kind

    def open_writer(self, folder: ModelFolder, runtime: Runtime, /) -> FakeWriter:
        opened = super().open_writer(folder, runtime)
        if issubclass(self._kind, FakeWriter):
            return self._kind(opened.tables, encodes=opened.card.encodes)
        writer = BrokenWriter(opened.tables, encodes=opened.card.encodes)
        writer.batch = self._kind
        return writer


class Uncarded(FakeWriter):
    """Does not say where it runs."""

    def __init__(self, tables: FloatArray, *, encodes: bool) -> None:
        super().__init__(tables, encodes=encodes)
        self.card = replace(self.card, device="")


class Boaster(FakeWriter):
    """Says that it reads more than it can."""

    def __init__(self, tables: FloatArray, *, encodes: bool) -> None:
        super().__init__(tables, encodes=encodes)
        self.card = replace(self.card, max_tokens=100)


class Undead(FakeWriter):
    """Goes on after it was closed."""

    def close(self) -> None:
        """Do nothing."""


class Unnoticed(BrokenWriter):
    """Begins nothing after it was closed, but lets what was begun go on."""

    class _Batch(FakeRunningBatch):
        def __init__(self, writer: FakeWriter, width: int) -> None:
            copy = FakeWriter(writer.tables.copy(), encodes=writer.card.encodes)
            super().__init__(copy, width)

    batch = _Batch


class Unsteady(FakeWriter):
    """Counts its threads in."""

    changes_threads_at_once = True
    threads = 2

    def begin(self) -> FakeRunningBatch:
        batch = super().begin()
        say, threads = batch._say, np.float32(self.threads)
        batch._say = lambda states: say(states) * threads  # type: ignore[method-assign]
        return batch

    def use_threads(self, threads: int | None, /) -> int:
        self.threads = threads or 2
        return self.threads


class Homebound(FakeWriter):
    """Works in the thread that opened it, and nowhere else."""

    def __init__(self, tables: FloatArray, *, encodes: bool) -> None:
        super().__init__(tables, encodes=encodes)
        self._home = threading.get_ident()

    def begin(self) -> FakeRunningBatch:
        batch = super().begin()
        if threading.get_ident() != self._home:
            say = batch._say
            batch._say = lambda states: say(states) + 1  # type: ignore[method-assign]
        return batch


class OneHanded(FakeWriter):
    """Has one batch for each thread, and clears it for whoever begins the next."""

    def __init__(self, tables: FloatArray, *, encodes: bool) -> None:
        super().__init__(tables, encodes=encodes)
        self._own = threading.local()

    def begin(self) -> FakeRunningBatch:
        fresh = super().begin()
        batch: FakeRunningBatch = self._own.__dict__.setdefault("batch", fresh)
        batch._rows, batch._sources = [], []
        return batch


class Wide(FakeRunningBatch):
    """Computes in float64."""

    def _say(self, states: FloatArray) -> Any:
        return super()._say(states).astype(np.float64)


class Forgetter(FakeRunningBatch):
    """Looks at the last token alone."""

    def _follow(self, states: FloatArray, ids: IntArray) -> FloatArray:
        return np.concatenate((states, self._writer.tables[0][ids]))


class SourceForgetter(FakeRunningBatch):
    """Does not look at what was read apart."""

    def read(self, rows: Sequence[IntArray], /, **settings: Any) -> FloatArray:
        super().read(rows, **settings)
        self._sources = [np.zeros_like(source) for source in self._sources]
        return self._say(np.stack([row[-1] for row in self._rows[-len(rows) :]]))


class NeighborReader(FakeRunningBatch):
    """Normalizes over the rows; one row alone is left as it is."""

    def _say(self, states: FloatArray) -> FloatArray:
        logits = super()._say(states)
        return logits if len(logits) == 1 else (logits - logits.mean(axis=0)).astype(np.float32)


class Hoarse(FakeRunningBatch):
    """Says otherwise what it wrote than what it read."""

    def write(self, tokens: IntArray, /) -> FloatArray:
        return super().write(tokens) * np.float32(0.5)


class Hasty(FakeRunningBatch):
    """Looks at the last of several tokens alone."""

    def write(self, tokens: IntArray, /) -> FloatArray:
        logits = super().write(tokens)
        logits[:, :-1] = 0
        return logits


class Scribbler(FakeRunningBatch):
    """Writes into long arrays that it is given."""

    def write(self, tokens: IntArray, /) -> FloatArray:
        logits = super().write(tokens)
        tokens[:, 5:] = 7
        return logits


class Reuser(FakeRunningBatch):
    """Gives out one buffer for what comes next, again and again."""

    _buffer: FloatArray

    def read(self, rows: Sequence[IntArray], /, **settings: Any) -> FloatArray:
        self._buffer = super().read(rows, **settings)
        return self._buffer

    def write(self, tokens: IntArray, /) -> FloatArray:
        logits = super().write(tokens)
        if self._buffer.shape == logits[:, -1].shape:
            self._buffer[:] = logits[:, -1]
        return logits


class Noisy(FakeRunningBatch):
    """Drifts, by less than any tolerance."""

    counter = itertools.count()

    def read(self, rows: Sequence[IntArray], /, **settings: Any) -> FloatArray:
        return super().read(rows, **settings) + np.float32(1e-6 * (next(self.counter) % 2))


class Sorter(FakeRunningBatch):
    """Keeps rows in the order in which they were read."""

    def keep(self, rows: IntArray, /) -> None:
        super().keep(np.sort(rows))


class Siamese(FakeRunningBatch):
    """Lets rows that forked share what they write."""

    _firsts: IntArray = np.zeros(0, dtype=np.int64)

    def keep(self, rows: IntArray, /) -> None:
        super().keep(rows)
        self._firsts = np.array([rows.tolist().index(row) for row in rows], dtype=np.int64)

    def write(self, tokens: IntArray, /) -> FloatArray:
        firsts = np.concatenate((self._firsts, np.arange(len(self._firsts), len(tokens))))
        return super().write(tokens[firsts])


class Forgetful(FakeRunningBatch):
    """Takes one token back, however many were meant."""

    def forget(self, tokens: int, /) -> None:
        super().forget(min(tokens, 1))


class Hoarder(FakeRunningBatch):
    """Remembers the last row that left, in place of an empty memory."""

    def keep(self, rows: IntArray, /) -> None:
        if not len(rows):
            self._empty = self._rows[-1][-1:]
        super().keep(rows)


class Pusher(FakeRunningBatch):
    """Lets rows in before those that have been written to."""

    _written = False

    def read(self, rows: Sequence[IntArray], /, **settings: Any) -> FloatArray:
        logits = super().read(rows, **settings)
        if self._written:
            self._rows = self._rows[-len(rows) :] + self._rows[: -len(rows)]
        return logits

    def write(self, tokens: IntArray, /) -> FloatArray:
        self._written = True
        return super().write(tokens)


class Stale(FakeRunningBatch):
    """Takes what was shared before for what is shared now, if it is as long."""

    def _begin_with(self, ids: IntArray) -> FloatArray:
        if len(self._shared[1]) == len(ids) + 1:
            return self._shared[1]
        return super()._begin_with(ids)


BROKEN: list[tuple[type[FakeWriter | FakeRunningBatch], str]] = [
    (
        Uncarded,
        "An open writer has a card: a vocabulary, a positive limit or none, a device and a number type",
    ),
    (Wide, "Logits are finite float32 numpy arrays with one number for each token of the vocabulary"),
    (Boaster, "A row of as many tokens as its card names is read and written"),
    (Forgetter, "Rows that differ in their first token alone have different logits"),
    (NeighborReader, "A row has the same logits alone and beside others, shorter and longer"),
    (Hoarse, "Tokens that are written one by one have the logits of the same tokens read at once"),
    (Hasty, "Several tokens that are written at once have the logits, each, of tokens written one by one"),
    (Scribbler, "The arrays that a batch is given are left as they were"),
    (Reuser, "Logits stay what they are while the batch goes on"),
    (Noisy, "The same rows have the same logits again, bit for bit"),
    (Homebound, "Several threads may run a batch each at once"),
    (Unsteady, "Where the number of threads can be changed, logits do not depend on it"),
    (Undead, "A closed writer says so, in batches that were begun too, and may be closed again"),
    (Unnoticed, "A closed writer says so, in batches that were begun too, and may be closed again"),
    (Sorter, "Rows that are kept go on in the order in which they are named"),
    (Siamese, "A row that is kept twice goes on in two ways"),
    (Forgetful, "After tokens are taken back, rows go on as if these had never been written"),
    (Hoarder, "A batch that was emptied reads and writes as a new one does"),
    (
        Pusher,
        "Rows go on as if they had been together from the beginning, whatever comes, leaves and is taken back",
    ),
    (
        Stale,
        "Rows that share a beginning have the logits of rows that are read whole, whatever was shared before",
    ),
    (OneHanded, "Two batches of one writer do not disturb each other"),
]


ENCODING: list[tuple[type[FakeWriter | FakeRunningBatch], str]] = [
    (SourceForgetter, "Rows that differ in their first token alone have different logits"),
    # One has no beginnings to share; what others do to neighbors, rows that come and go feel too.
    *(pair for pair in BROKEN if pair[0] not in (Forgetter, NeighborReader, Stale)),
]


@pytest.fixture(scope="module")
def writer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_writer(tmp_path_factory.mktemp("writer"))


@pytest.fixture(scope="module")
def encoding_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_writer(tmp_path_factory.mktemp("encoding"), encodes=True)


@pytest.mark.parametrize(("kind", "promise"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_writer_fails_exactly_the_right_promise(
    kind: type[FakeWriter | FakeRunningBatch],
    promise: str,
    writer_folder: Path,
    broken_promises: Callable[[object, Path], list[str]],
) -> None:
    assert broken_promises(Broken(kind), writer_folder) == [promise]


@pytest.mark.parametrize(("kind", "promise"), ENCODING, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_writer_that_encodes_fails_exactly_the_right_promise(
    kind: type[FakeWriter | FakeRunningBatch],
    promise: str,
    encoding_folder: Path,
    broken_promises: Callable[[object, Path], list[str]],
) -> None:
    assert broken_promises(Broken(kind), encoding_folder) == [promise]


def test_every_promise_of_its_own_has_a_writer_that_breaks_it(writer_folder: Path) -> None:
    own = {promise_of(check) for check in (*WRITER_CHECKS, *RUNNING_CHECKS)}
    assert own == {promise for _, promise in BROKEN}
    of_all = [promise_of(check) for check in FOLDER_CHECKS]
    assert [str(check) for check in checks(FakeBackend(), writer_folder)][-len(of_all) :] == of_all
