"""The promises of running batches, whose rows come and go. Each function is one; its first line is the sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .opened_writer import open_writer, require_alike

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.text.arrays import FloatArray, IntArray

    from .opened_writer import OpenedWriter

__all__ = ["RUNNING_CHECKS"]


def keeps_rows(backend: object, model_dir: Path) -> None:
    """Rows that are kept go on in the order in which they are named."""
    with open_writer(backend, model_dir) as opened:
        order = np.array([4, 2, 0, 3])
        again = np.array([2, 0])
        batch, _ = opened.begin(opened.rows)
        batch.write(opened.tokens[:, :1])
        batch.keep(order)
        after = batch.write(opened.tokens[order, 1:2])
        expected, _ = opened.begin([opened.rows[row] for row in order])
        expected.write(opened.tokens[order, :1])
        require_alike(after, expected.write(opened.tokens[order, 1:2]), "kept rows go on otherwise")
        order = order[again]
        batch.keep(again)
        after = batch.write(opened.tokens[order, 2:3])
        expected, _ = opened.begin([opened.rows[row] for row in order])
        expected.write(opened.tokens[order, :2])
        require_alike(after, expected.write(opened.tokens[order, 2:3]), "rows kept twice go on otherwise")


def forks_rows(backend: object, model_dir: Path) -> None:
    """A row that is kept twice goes on in two ways."""
    with open_writer(backend, model_dir) as opened:
        twice = np.array([0, 0, 1, 1, 1])
        rows = [opened.rows[row] for row in twice]
        batch, _ = opened.begin(opened.rows[:2])
        batch.write(opened.tokens[:2, :1])
        batch.keep(twice)
        expected, _ = opened.begin(rows)
        expected.write(opened.tokens[twice, :1])
        for column in (1, 2):  # each with a token of its own
            tokens = opened.tokens[:, column, None]
            require_alike(batch.write(tokens), expected.write(tokens), "a row that forked goes on otherwise")


def forgets_tokens(backend: object, model_dir: Path) -> None:
    """After tokens are taken back, rows go on as if these had never been written."""
    with open_writer(backend, model_dir) as opened:
        batch, _ = opened.begin(opened.rows)
        batch.write(opened.tokens[:, :1])
        batch.write(opened.tokens[:, 1:4])
        batch.forget(2)
        after = batch.write(opened.tokens[:, 4:5])
        expected, _ = opened.begin(opened.rows)
        expected.write(opened.tokens[:, :2])
        require_alike(after, expected.write(opened.tokens[:, 4:5]), "forgotten tokens are remembered")
        batch.forget(3)
        expected, _ = opened.begin(opened.rows)
        tokens = opened.tokens[:, 5:6]
        require_alike(batch.write(tokens), expected.write(tokens), "rows are not back where they began")


def begins_anew(backend: object, model_dir: Path) -> None:
    """A batch that was emptied reads and writes as a new one does."""
    with open_writer(backend, model_dir) as opened:
        rows, tokens = opened.rows[1:4], opened.tokens[1:4, :1]
        batch, _ = opened.begin(opened.rows)
        batch.write(opened.tokens)
        batch.keep(np.zeros(0, dtype=np.int64))
        read = opened.read(batch, rows)
        fresh, expected = opened.begin(rows)
        require_alike(read, expected, "an emptied batch reads otherwise")
        require_alike(batch.write(tokens), fresh.write(tokens), "an emptied batch writes otherwise")


def lets_rows_come_and_go(backend: object, model_dir: Path) -> None:
    """Rows go on as if they were alone from the beginning, whatever comes, leaves and is taken back beside them."""
    with open_writer(backend, model_dir) as opened:
        diary = _Diary(opened, opened.rows[:2] if opened.card.joins else opened.rows)
        diary.write()
        diary.compare()
        if opened.card.joins:
            diary.read(opened.rows[2:3])  # longer than the others are by now
            diary.compare()
            diary.read(opened.rows[3:])  # one shorter
            diary.compare()
        diary.leave(1)
        diary.compare()
        diary.leave(1)  # the longest
        diary.write()
        diary.forget()
        diary.compare()
        diary.leave(0)
        diary.compare()
        if opened.card.joins:
            diary.read([opened.draw(14, seed=7), opened.rows[1]])
            diary.compare()
            diary.write()
            diary.forget()
            diary.compare()


def shares_a_beginning(backend: object, model_dir: Path) -> None:
    """Rows that share a beginning have the logits of rows that are read whole, whatever was shared before."""
    with open_writer(backend, model_dir) as opened:
        if not opened.card.shares:
            return
        batch = opened.writer.begin()
        rows: list[IntArray] = []
        first, second = opened.draw(2, 8, seed=8)
        for beginning in (first, first, second, first):
            new = [np.concatenate((beginning, row)) for row in opened.rows]
            batch = batch if opened.card.joins else opened.writer.begin()
            rows = rows + new if opened.card.joins else new
            _, expected = opened.begin(new)
            read = opened.read(batch, new, shared=len(beginning))
            require_alike(read, expected, "what is shared reads otherwise")
        tokens = np.resize(opened.tokens[:, :1], (len(rows), 1))
        whole, _ = opened.begin(rows)
        require_alike(batch.write(tokens), whole.write(tokens), "behind what is shared, rows go on otherwise")


def keeps_batches_apart(backend: object, model_dir: Path) -> None:
    """Two batches of one writer do not disturb each other."""
    with open_writer(backend, model_dir) as opened:
        halves = slice(0, 2), slice(2, None)
        expected = []
        for half in halves:
            batch, _ = opened.begin(opened.rows[half])
            expected.append([batch.write(opened.tokens[half, column, None]) for column in range(3)])
        batches = [opened.begin(opened.rows[half])[0] for half in halves]
        for column in range(3):
            for batch, half, own in zip(batches, halves, expected, strict=True):
                logits = batch.write(opened.tokens[half, column, None])
                require_alike(logits, own[column], "another batch changes what a batch writes")


class _Diary:
    """A batch, and what each of its rows has read and written.

    Each comparison writes a token to every row, and expects of it what a new batch says of the same rows.
    """

    def __init__(self, opened: OpenedWriter, rows: list[IntArray]) -> None:
        self._opened = opened
        self._batch, _ = opened.begin(rows)
        self._read = list(rows)
        self._written = [np.zeros(0, dtype=np.int64)] * len(rows)
        self._seed = 100

    def read(self, rows: list[IntArray]) -> None:
        self._opened.read(self._batch, rows)
        self._read += rows
        self._written += [np.zeros(0, dtype=np.int64)] * len(rows)

    def write(self) -> FloatArray:
        self._seed += 1
        tokens = self._opened.draw(len(self._read), 1, seed=self._seed)
        self._written = [np.concatenate(pair) for pair in zip(self._written, tokens, strict=True)]
        return self._batch.write(tokens)

    def forget(self) -> None:
        self._batch.forget(1)
        self._written = [row[:-1] for row in self._written]

    def leave(self, row: int) -> None:
        kept = [other for other in range(len(self._read)) if other != row]
        self._batch.keep(np.array(kept, dtype=np.int64))
        self._read = [self._read[other] for other in kept]
        self._written = [self._written[other] for other in kept]

    def compare(self) -> None:
        logits = self.write()
        if self._opened.card.encodes:  # rows that came later have written less, so each is written alone
            expected = np.concatenate(list(map(self._alone, self._read, self._written)))
        else:
            pairs = zip(self._read, self._written, strict=True)
            batch, _ = self._opened.begin([np.concatenate((read, row[:-1])) for read, row in pairs])
            expected = batch.write(np.stack([row[-1:] for row in self._written]))
        require_alike(logits, expected, "what comes and goes beside a row changes its logits")

    def _alone(self, read: IntArray, written: IntArray) -> FloatArray:
        batch, _ = self._opened.begin([read])
        return [batch.write(token[None, None]) for token in written][-1]


RUNNING_CHECKS = (
    keeps_rows,
    forks_rows,
    forgets_tokens,
    begins_anew,
    lets_rows_come_and_go,
    shares_a_beginning,
    keeps_batches_apart,
)
"""What a running batch promises of its rows."""
