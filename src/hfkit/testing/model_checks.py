"""The promises of every model that scores sequences. Each function is one; its first line is the sentence."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import SetsThreads
from hfkit.errors import SessionClosedError
from hfkit.text.templates import Row

from .opened import equally_long, open_model
from .promise import require

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.text.arrays import FloatArray, IntArray

__all__ = ["MODEL_CHECKS"]

_TOLERANCE = 1e-4
_LONG = 1024  # long enough to tell; no need to fill a window of 100,000 tokens


def _require_same(one: FloatArray, other: FloatArray, otherwise: str) -> None:
    difference = float(np.abs(one - other).max())
    require(difference < _TOLERANCE, f"{otherwise}, by {difference:.2g}")


def takes_its_longest_sequence(backend: object, model_dir: Path) -> None:
    """A sequence of as many tokens as its card names is taken."""
    with open_model(backend, model_dir) as opened:
        most = min(opened.card.max_tokens or _LONG, _LONG)
        ids, types = (np.resize(array, most) for array in (opened.rows[-1].ids, opened.rows[-1].types))
        try:
            opened.score(opened.batch([Row(ids, types)]))
        except Exception as error:  # noqa: BLE001  # whatever it is, the card promised otherwise
            require(kept=False, otherwise=f"{most} tokens raise {type(error).__name__}: {error}")


def ignores_padding(backend: object, model_dir: Path) -> None:
    """A sequence scores the same however many columns of padding stand behind it, or the card says otherwise."""
    with open_model(backend, model_dir) as opened:
        if not opened.card.pads:
            return
        row = opened.rows[:1]
        tight, wide = (opened.score(opened.batch(row, width=len(row[0]) + extra)) for extra in (0, 7))
        _require_same(tight, wide[tuple(map(slice, tight.shape))], "padding changes scores")


def ignores_neighbors(backend: object, model_dir: Path) -> None:
    """A sequence scores the same alone and in a batch."""
    with open_model(backend, model_dir) as opened:
        width = max(map(len, opened.rows))
        together = opened.score(opened.batch(opened.rows))
        alone = np.concatenate([opened.score(opened.batch([row], width=width)) for row in opened.rows])
        _require_same(together, alone, "neighbors change scores")


def keeps_order(backend: object, model_dir: Path) -> None:
    """Scores come in the order of the sequences."""
    with open_model(backend, model_dir) as opened:
        forth = opened.score(opened.batch(opened.rows)).copy()
        back = opened.score(opened.batch(opened.rows[::-1]))[::-1]
        _require_same(forth, back, "another order changes scores")


def reads_the_text(backend: object, model_dir: Path) -> None:
    """Different sequences score differently."""
    with open_model(backend, model_dir) as opened:
        logits = opened.score(opened.batch(equally_long(opened.rows)))  # lengths alone are not the text
        require(float(np.ptp(logits, axis=0).max()) > 0, "all sequences score the same")


def repeats_itself(backend: object, model_dir: Path) -> None:
    """The same batch scores the same again, bit for bit."""
    with open_model(backend, model_dir) as opened:
        batch = opened.batch(opened.rows)
        require(
            np.array_equal(opened.score(batch).copy(), opened.score(batch)),
            "the same batch scores differently",
        )


def leaves_the_batch(backend: object, model_dir: Path) -> None:
    """The arrays of a batch are left as they were."""
    with open_model(backend, model_dir) as opened:
        batch, untouched = (opened.batch(opened.rows) for _ in range(2))
        opened.score(batch)
        for name in ("ids", "mask", "types"):
            before: IntArray = getattr(untouched, name)
            require(np.array_equal(before, getattr(batch, name)), f"score writes to the batch's {name}")


def gives_its_own_memory(backend: object, model_dir: Path) -> None:
    """Scores stay what they are while the model goes on."""
    with open_model(backend, model_dir) as opened:
        logits = opened.score(opened.batch(opened.rows))
        kept = logits.copy()
        opened.score(opened.batch(opened.rows[::-1]))
        require(np.array_equal(logits, kept), "an earlier result changes with a later call")


def serves_threads(backend: object, model_dir: Path) -> None:
    """Several threads may score at once."""
    with open_model(backend, model_dir) as opened:
        batches = [opened.batch([row]) for row in opened.rows] * 4
        expected = [opened.score(batch) for batch in batches]
        found: list[FloatArray | None] = [None] * len(batches)

        def score(position: int) -> None:
            found[position] = opened.score(batches[position])

        threads = [threading.Thread(target=score, args=(position,)) for position in range(len(batches))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one, other in zip(expected, found, strict=True):
            require(other is not None, "a thread got no scores")
            _require_same(one, np.asarray(other), "a thread got other scores")


def keeps_its_scores_with_fewer_threads(backend: object, model_dir: Path) -> None:
    """Where the number of threads can be changed, scores do not depend on it."""
    with open_model(backend, model_dir) as opened:
        batch = opened.batch(opened.rows)
        expected = opened.score(batch)
        model: object = opened.model
        if isinstance(model, SetsThreads):
            threads = model.use_threads(1)
            require(threads == 1, f"use_threads(1) gives {threads}")
            _require_same(expected, opened.score(batch), "one thread scores otherwise")
            threads = model.use_threads(None)
            require(threads > 0, f"use_threads(None) gives {threads}")
            _require_same(expected, opened.score(batch), "threads that were put back score otherwise")


def closes(backend: object, model_dir: Path) -> None:
    """A closed model says so when it is asked to score, and may be closed again."""
    with open_model(backend, model_dir) as opened:
        batch = opened.batch(opened.rows)
        opened.model.close()
        opened.model.close()
        try:
            opened.score(batch)
        except SessionClosedError:
            return
        require(kept=False, otherwise="a closed model still scores")


MODEL_CHECKS = (
    takes_its_longest_sequence,
    ignores_padding,
    ignores_neighbors,
    keeps_order,
    reads_the_text,
    repeats_itself,
    leaves_the_batch,
    gives_its_own_memory,
    serves_threads,
    keeps_its_scores_with_fewer_threads,
    closes,
)
"""What an open model promises that gives scores for whole sequences, whatever it was trained for."""
