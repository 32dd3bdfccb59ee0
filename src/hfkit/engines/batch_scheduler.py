"""Which prompts are written at a time: those that finish leave, and those that wait take their places."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import BackendError, OutOfMemoryError
from hfkit.text.lookup import guess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hfkit.backends.writers import RunningBatch, Writer
    from hfkit.text.arrays import FloatArray, IntArray

    from .searches import Next, TokenSearch

__all__ = ["BatchScheduler", "PromptTask"]

# Rows at a time: on a processor more of them would only wait for each other.
_MOST_ROWS = {"cpu": 32}
_MANY_ROWS = 256

# Backends take memory for so many tokens of every row at a time, or for about so many.
_STEP = 32

# Logits of a row, in float32: those of the last step are there while the next are computed.
_LOGIT_BYTES = 2 * 4

# Prompts that begin with so many equal tokens are read together.
_SHARED = 32


@dataclass(slots=True, eq=False)
class PromptTask:
    """A prompt that waits, or is written.

    Attributes:
        prompt: its ids, shape ``[tokens]``.
        opening: what a decoder with an encoder writes behind; None for a decoder alone.
        most: the most new tokens.
        begin: begins its search, from the beginning each time.
        search: what is under way, or done.
        shared: so many tokens at its beginning are those of its neighbors too.
    """

    prompt: IntArray
    opening: IntArray | None
    most: int
    begin: Callable[[], TokenSearch]
    search: TokenSearch
    shared: int = 0

    @property
    def columns(self) -> int:
        """Tokens that each of its rows may have in the end."""
        return len(self.prompt) + self.most

    @property
    def beginning(self) -> bytes:
        """What it shares with its neighbors."""
        return self.prompt[: self.shared].tobytes()


class BatchScheduler:
    """Writes many prompts with one model.

    Args:
        writer: the open model.
        name: what errors call it.
        budget: the most tokens that may be remembered at a time, of all rows together, what pads them and the memory of
            their logits included; a single prompt that needs more is written alone.
        guesses: where there is one row alone, so many tokens are guessed from what is there already, and written
            at once with the one that is known; a guess that the search does not choose is taken back.

    Attributes:
        forwards: how often the model ran.
        tokens: how many tokens it read and wrote.
        splits: how often memory was too small for a batch.
    """

    def __init__(self, writer: Writer, name: str, *, budget: int, guesses: int = 0) -> None:
        self._writer = writer
        self._name = name
        self._budget = budget
        self._most_rows = _MOST_ROWS.get(writer.card.device, _MANY_ROWS)
        # A row's logits, as so many tokens as take their memory.
        self._beside = (
            -(-_LOGIT_BYTES * writer.card.vocabulary // writer.card.token_bytes)
            if writer.card.token_bytes
            else 0
        )
        self._rows: list[
            tuple[PromptTask, int]
        ] = []  # for each row of the batch its task, and which of its rows it is
        self._guesses = guesses
        self._ahead: deque[tuple[int, FloatArray]] = (
            deque()
        )  # tokens that were guessed, and the logits behind each
        self.forwards: int = 0
        self.tokens: int = 0
        self.splits: int = 0

    def run(self, tasks: Sequence[PromptTask]) -> Iterator[list[PromptTask]]:
        """Write all of them.

        Yields:
            After every step the tasks that it finished, often none.

        Raises:
            OutOfMemoryError: one alone is too large.
            BackendError: the model fails, or gives what is no number.
        """
        waiting = deque(_ordered(tasks, shares=self._writer.card.shares))
        batch = self._writer.begin()
        logits = np.empty((0, self._writer.card.vocabulary), dtype=np.float32)
        while waiting or self._rows:
            logits = self._admit(batch, waiting, logits)
            following, done = self._choose(logits)
            yield done
            logits = self._write(batch, following, waiting)

    def _admit(self, batch: RunningBatch, waiting: deque[PromptTask], logits: FloatArray) -> FloatArray:
        """Read as many of those that wait as there is room for; give the logits of all rows."""
        found = [logits]
        while waiting and (self._writer.card.joins or not self._rows):
            group = self._fitting(waiting)
            if not group:
                break
            try:
                read = batch.read(
                    [task.prompt for task in group], shared=group[0].shared, opening=group[0].opening
                )
            except OutOfMemoryError:
                waiting.extendleft(reversed(group))
                self._shrink(group)
                if self._rows:
                    break  # there will be room when some of them have left
                continue
            found.append(read)
            self._rows += [(task, 0) for task in group]
            self.forwards += 1
            self.tokens += sum(len(task.prompt) - task.shared for task in group) + group[0].shared
        return np.concatenate(found) if len(found) > 1 else logits

    def _fitting(self, waiting: deque[PromptTask]) -> list[PromptTask]:
        """Take the next tasks that fit beside those that are written, and begin alike."""
        running = {id(task): task for task, _ in self._rows}
        taken = list(running.values())
        group: list[PromptTask] = []
        while waiting and (not group or waiting[0].beginning == group[0].beginning):
            taken.append(waiting[0])
            rows = sum(task.search.rows for task in taken)
            columns = -(-max(task.columns for task in taken) // _STEP) * _STEP + self._beside
            if len(taken) > 1 and (rows * columns > self._budget or rows > self._most_rows):
                break
            group.append(waiting.popleft())
        return group

    def _choose(self, logits: FloatArray) -> tuple[list[tuple[int, PromptTask, int, int]], list[PromptTask]]:
        """Let every search choose; give rows that go on (from which row, whose, as which, with which token)."""
        if np.isnan(logits.max(axis=1)).any():
            raise BackendError(
                f"{self._name} gives numbers that are not finite in {self._writer.card.dtype}",
                hint="use Runtime(dtype='float32'); if that does not help, the weights are damaged",
            )
        places: dict[int, list[tuple[int, int]]] = {}
        for place, (task, local) in enumerate(self._rows):
            places.setdefault(id(task), []).append((local, place))
        following: list[tuple[int, PromptTask, int, int]] = []
        done: list[PromptTask] = []
        for own in places.values():
            own.sort()
            task = self._rows[own[0][1]][0]
            chosen: list[Next] = task.search.advance(logits[[place for _, place in own]])
            following += [
                (own[parent][1], task, local, token) for local, (parent, token) in enumerate(chosen)
            ]
            if not chosen:
                done.append(task)
        return following, done

    def _write(
        self,
        batch: RunningBatch,
        following: list[tuple[int, PromptTask, int, int]],
        waiting: deque[PromptTask],
    ) -> FloatArray:
        """Write the next token of each row; where memory is short, fewer prompts go on and the others begin anew."""
        if self._ahead:
            expected, logits = self._ahead.popleft()
            if following and following[0][3] == expected:
                return logits
            batch.forget(len(self._ahead) + 1)
            self._ahead.clear()
        while True:
            arranged = _arranged(following)
            kept = np.array([place for place, *_ in arranged], dtype=np.int64)
            if len(kept) != len(self._rows) or (kept != np.arange(len(kept))).any():
                batch.keep(kept)
            self._rows = [(task, local) for _, task, local, _ in arranged]
            if not arranged:
                return np.empty((0, self._writer.card.vocabulary), dtype=np.float32)
            tokens = np.array([[token] for *_, token in arranged], dtype=np.int64)
            guessed = self._guess(arranged[0][1]) if len(arranged) == 1 and not waiting else []
            with suppress(OutOfMemoryError):
                logits = batch.write(np.append(tokens, [guessed], axis=1) if guessed else tokens)
                self.forwards += 1
                self.tokens += logits.shape[0] * logits.shape[1]
                self._ahead.extend((token, logits[:, place + 1]) for place, token in enumerate(guessed))
                return logits[:, 0]
            tasks = list({id(task): task for task, _ in self._rows}.values())
            self._shrink(tasks)
            evicted = tasks[-(len(tasks) // 2) :]
            for task in evicted:
                task.search = task.begin()
            waiting.extendleft(reversed(evicted))
            following = [
                (place, task, local, token)
                for place, (_, task, local, token) in enumerate(arranged)
                if task not in evicted
            ]

    def _guess(self, task: PromptTask) -> list[int]:
        """Guess what a single line goes on with."""
        line = task.search.leading if self._guesses else None
        if line is None or task.search.rows > 1:
            return []
        there = np.concatenate((task.prompt, np.array(line.tokens, dtype=np.int64)))
        return guess(there, most=min(self._guesses, line.most - len(line.tokens) - 1))

    def _shrink(self, tasks: Sequence[PromptTask]) -> None:
        """Allow half of what these would take, since they do not fit.

        Raises:
            OutOfMemoryError: it is one alone.
        """
        if len(tasks) == 1:
            raise OutOfMemoryError(
                f"a prompt of {len(tasks[0].prompt)} tokens with up to {tasks[0].most} new ones in"
                f" {tasks[0].search.rows} rows does not fit on {self._writer.card.device}",
                hint="give fewer max_new_tokens or alternatives, a shorter prompt, or use a device with more memory",
            )
        self.splits += 1
        rows = sum(task.search.rows for task in tasks)
        self._budget = min(self._budget, rows * max(task.columns for task in tasks)) // 2


def _arranged(following: list[tuple[int, PromptTask, int, int]]) -> list[tuple[int, PromptTask, int, int]]:
    """Order rows so that as many as can stay where they are: then no memory is moved but that of the others."""
    slots: list[tuple[int, PromptTask, int, int] | None] = [None] * len(following)
    moved = []
    for row in following:
        if row[0] < len(slots) and slots[row[0]] is None:
            slots[row[0]] = row
        else:
            moved.append(row)
    others = iter(moved)
    return [next(others) if row is None else row for row in slots]


def _ordered(tasks: Sequence[PromptTask], *, shares: bool) -> list[PromptTask]:
    """Put prompts with one beginning together, and long ones first: what comes then fits beside them."""
    groups: dict[bytes, list[PromptTask]] = {}
    for task in tasks:
        key = task.prompt[:_SHARED].tobytes() if shares and len(task.prompt) > _SHARED else b""
        groups.setdefault(key, []).append(task)
    ordered: list[list[PromptTask]] = []
    alone: list[PromptTask] = []
    for key, group in groups.items():
        if key and len(group) > 1:
            shared = _common([task.prompt for task in group])
            for task in group:
                task.shared = shared
            ordered.append(sorted(group, key=lambda task: -task.columns))
        else:
            alone += group
    ordered.append(sorted(alone, key=lambda task: -task.columns))
    ordered.sort(key=lambda group: -group[0].columns if group else 0)
    return [task for group in ordered for task in group]


def _common(prompts: Sequence[IntArray]) -> int:
    """Count the tokens that all begin with, fewer than any has."""
    most = min(map(len, prompts)) - 1
    first = prompts[0][:most]
    return min(
        int(np.argmin(np.append(prompt[:most] == first, False)))  # where they part, or the end
        for prompt in prompts
    )
