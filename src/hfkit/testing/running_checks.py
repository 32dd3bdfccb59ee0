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
        orders = np.array([4, 2, 0, 3]), np.array([2, 0])
        chosen = orders[0], orders[0][orders[1]]
        expected = [
            _goes_on(opened, [opened.rows[row] for row in rows], opened.tokens[rows, : column + 1])
            for column, rows in enumerate(chosen, 1)
        ]
        batch, _ = opened.begin(opened.rows)
        batch.write(opened.tokens[:, :1])
        for column, (order, rows) in enumerate(zip(orders, chosen, strict=True), 1):
            batch.keep(order)
            logits = batch.write(opened.tokens[rows, column, None])
            require_alike(logits, expected[column - 1], "kept rows go on otherwise")


def forks_rows(backend: object, model_dir: Path) -> None:
    """A row that is kept twice goes on in two ways."""
    with open_writer(backend, model_dir) as opened:
        twice = np.array([0, 0, 1, 1, 1])
        tokens = opened.tokens[:, :3].copy()
        tokens[:, 0] = tokens[twice, 0]  # then each has a token of its own
        expected = _goes_on(opened, [opened.rows[row] for row in twice], tokens)
        batch, _ = opened.begin(opened.rows[:2])
        batch.write(opened.tokens[:2, :1])
        batch.keep(twice)
        batch.write(tokens[:, 1:2])
        require_alike(batch.write(tokens[:, 2:]), expected, "a row that forked goes on otherwise")


def forgets_tokens(backend: object, model_dir: Path) -> None:
    """After tokens are taken back, rows go on as if these had never been written."""
    with open_writer(backend, model_dir) as opened:
        near = _goes_on(opened, opened.rows, opened.tokens[:, [0, 1, 4]])
        far = _goes_on(opened, opened.rows, opened.tokens[:, [5]])
        batch, _ = opened.begin(opened.rows)
        batch.write(opened.tokens[:, :1])
        batch.write(opened.tokens[:, 1:4])
        batch.forget(2)
        require_alike(batch.write(opened.tokens[:, 4:5]), near, "forgotten tokens are remembered")
        batch.forget(3)
        require_alike(batch.write(opened.tokens[:, 5:6]), far, "rows are not back where they began")


def begins_anew(backend: object, model_dir: Path) -> None:
    """A batch that was emptied reads and writes as a new one does."""
    with open_writer(backend, model_dir) as opened:
        rows, tokens = opened.rows[1:4], opened.tokens[1:4, :1]
        _, read = opened.begin(rows)
        written = _goes_on(opened, rows, tokens)
        batch, _ = opened.begin(opened.rows)
        batch.write(opened.tokens)
        batch.keep(np.zeros(0, dtype=np.int64))
        require_alike(opened.read(batch, rows), read, "an emptied batch reads otherwise")
        require_alike(batch.write(tokens), written, "an emptied batch writes otherwise")


def lets_rows_come_and_go(backend: object, model_dir: Path) -> None:
    """Rows go on as if they had been together from the beginning, whatever comes, leaves and is taken back."""
    with open_writer(backend, model_dir) as opened:
        joins = opened.card.joins
        diary = _Diary(opened, opened.rows[:2] if joins else opened.rows)
        diary.write()
        if joins:
            diary.read(opened.rows[2:3])  # longer than the others are by now
            diary.write()
            diary.read(opened.rows[3:])  # one shorter
            diary.write()
        diary.leave(1)
        diary.write()
        diary.leave(1)  # the longest
        diary.write()
        diary.forget()
        diary.write()
        diary.leave(0)
        diary.write()
        if joins:
            diary.read([opened.draw(14, seed=7), opened.rows[1]])
            diary.write()
            diary.forget()
            diary.write()
        diary.check()


def shares_a_beginning(backend: object, model_dir: Path) -> None:
    """Rows that share a beginning have the logits of rows that are read whole, whatever was shared before."""
    with open_writer(backend, model_dir) as opened:
        if not opened.card.shares:
            return
        first, second = opened.draw(2, 8, seed=8)
        beginnings = first, first, second, first
        groups = [[np.concatenate((beginning, row)) for row in opened.rows] for beginning in beginnings]
        read = [opened.begin(rows)[1] for rows in groups]
        joined = [row for rows in groups for row in rows] if opened.card.joins else groups[-1]
        tokens = np.resize(opened.tokens[:, 0], (len(joined), 1))
        written = _goes_on(opened, joined, tokens)
        batch = opened.writer.begin()
        for rows, expected in zip(groups, read, strict=True):
            if not opened.card.joins:
                batch.keep(np.zeros(0, dtype=np.int64))
            logits = opened.read(batch, rows, shared=len(first))
            require_alike(logits, expected, "what is shared reads otherwise")
        require_alike(batch.write(tokens), written, "behind what is shared, rows go on otherwise")


def keeps_batches_apart(backend: object, model_dir: Path) -> None:
    """Two batches of one writer do not disturb each other."""
    with open_writer(backend, model_dir) as opened:
        halves = slice(0, 2), slice(2, 4)
        expected = [_goes_on(opened, opened.rows[half], opened.tokens[half]) for half in halves]
        batches = [opened.begin(opened.rows[half])[0] for half in halves]
        logits = expected
        for column in range(opened.tokens.shape[1]):
            pairs = zip(batches, halves, strict=True)
            logits = [batch.write(opened.tokens[half, column, None]) for batch, half in pairs]
        for own, one in zip(logits, expected, strict=True):
            require_alike(own, one, "another batch changes what a batch writes")


def _goes_on(opened: OpenedWriter, rows: list[IntArray], tokens: IntArray) -> FloatArray:
    """Give the logits of the last of some tokens, written one by one to rows of a new batch."""
    batch, _ = opened.begin(rows)
    for column in range(tokens.shape[1] - 1):
        batch.write(tokens[:, column, None])
    return batch.write(tokens[:, -1:])


class _Diary:
    """A batch whose rows come and go, and all that it said of what they had read and written by then."""

    def __init__(self, opened: OpenedWriter, rows: list[IntArray]) -> None:
        self._opened = opened
        self._batch = opened.writer.begin()
        self._read: list[IntArray] = []
        self._written: list[IntArray] = []
        self._pages: list[tuple[list[IntArray], list[IntArray], FloatArray]] = []
        self.read(rows)

    def read(self, rows: list[IntArray]) -> None:
        self._opened.read(self._batch, rows)
        self._read = [*self._read, *rows]
        self._written = [*self._written, *[np.zeros(0, dtype=np.int64)] * len(rows)]

    def write(self) -> None:
        tokens = self._opened.draw(len(self._read), 1, seed=100 + len(self._pages))
        self._written = [np.concatenate(pair) for pair in zip(self._written, tokens, strict=True)]
        self._pages.append((self._read, self._written, self._batch.write(tokens)))

    def forget(self) -> None:
        self._batch.forget(1)
        self._written = [row[:-1] for row in self._written]

    def leave(self, row: int) -> None:
        kept = [other for other in range(len(self._read)) if other != row]
        self._batch.keep(np.array(kept, dtype=np.int64))
        self._read = [self._read[other] for other in kept]
        self._written = [self._written[other] for other in kept]

    def check(self) -> None:
        """Compare each page with what a new batch says."""
        for read, written, logits in self._pages:
            if self._opened.card.encodes:  # rows that came later have written less, so each is alone
                pairs = zip(read, written, strict=True)
                alone = [_goes_on(self._opened, [row], tokens[None]) for row, tokens in pairs]
                expected = np.concatenate(alone)
            else:
                rows = [np.concatenate((row, own[:-1])) for row, own in zip(read, written, strict=True)]
                expected = _goes_on(self._opened, rows, np.stack([own[-1:] for own in written]))
            require_alike(logits, expected, "what comes and goes beside a row changes its logits")


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
