"""Each promise is worth something: a backend that breaks it fails that check and no other."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hfkit.backends.protocols import TokenBatch
from hfkit.errors import CorruptModelError, HfkitError, UnsafeWeightsError, WeightsNotFoundError
from hfkit.testing import FakeBackend, checks
from hfkit.testing.fake import FakeScorer
from hfkit.text.labels import LabelScheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime


class Broken(FakeBackend):
    """The fake backend with a scorer of the test's own."""

    scorer: type[FakeScorer] = FakeScorer

    def open_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> FakeScorer:
        opened = super().open_scorer(folder, runtime)
        assert opened._table is not None
        return self.scorer(opened._table, opened.card.labels)


class Uncarded(FakeScorer):
    """Does not say where it runs."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        super().__init__(table, labels)
        self.card = replace(self.card, device="")


class Renamer(FakeScorer):
    """Names its labels otherwise."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        super().__init__(table, LabelScheme(tuple(name.upper() for name in labels.names), labels.problem))


class Boaster(FakeScorer):
    """Says that it reads more than it can."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        super().__init__(table, labels)
        self.card = replace(self.card, max_tokens=100)

    def score(self, batch: TokenBatch, /) -> FloatArray:
        if batch.ids.shape[1] > 64:
            raise IndexError(batch.ids.shape)
        return super().score(batch)


class Wide(FakeScorer):
    """Computes in float64."""

    def score(self, batch: TokenBatch, /) -> Any:
        return super().score(batch).astype(np.float64)


class PaddingReader(FakeScorer):
    """Divides by the width of the batch, not by the tokens; counts on equal widths."""

    def score(self, batch: TokenBatch, /) -> FloatArray:
        return super().score(batch) / np.float32(batch.ids.shape[1])


class NeighborReader(FakeScorer):
    """Normalizes over the batch; one row alone is left as it is."""

    def score(self, batch: TokenBatch, /) -> FloatArray:
        scores = super().score(batch)
        return scores if len(scores) == 1 else (scores - scores.mean(axis=0)).astype(np.float32)


class Shuffler(FakeScorer):
    """Adds to each row of a batch what depends on its place, unless its neighbors are all padded alike."""

    def score(self, batch: TokenBatch, /) -> FloatArray:
        scores = super().score(batch)
        if (
            len(scores) > 1 and batch.mask[0].sum() > batch.mask[-1].sum()
        ):  # longest first, as the scheduler gives
            return scores[::-1].copy()
        return scores


class Deaf(FakeScorer):
    """Scores everything alike."""

    def score(self, batch: TokenBatch, /) -> FloatArray:
        return np.ones_like(super().score(batch))


class Noisy(FakeScorer):
    """Drifts, by less than any tolerance."""

    counter = itertools.count()

    def score(self, batch: TokenBatch, /) -> FloatArray:
        return super().score(batch) + np.float32(1e-6 * (next(self.counter) % 2))


class Scribbler(FakeScorer):
    """Writes into the batch."""

    def score(self, batch: TokenBatch, /) -> FloatArray:
        scores = super().score(batch)
        batch.types[:, -1] = 7
        batch.ids[batch.mask == 0] = 1
        batch.types[:, -1] = 0
        return scores


class Reuser(FakeScorer):
    """Gives out one buffer again and again."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        super().__init__(table, labels)
        self._buffers: dict[tuple[int, ...], FloatArray] = {}

    def score(self, batch: TokenBatch, /) -> FloatArray:
        scores = super().score(batch)
        if len(scores) == 1:  # one row at a time gets memory of its own
            return scores
        buffer = self._buffers.setdefault(scores.shape, scores)
        buffer[:] = scores
        return buffer


class Homebound(FakeScorer):
    """Works in the thread that opened it, and nowhere else."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        super().__init__(table, labels)
        self._home = threading.get_ident()

    def score(self, batch: TokenBatch, /) -> FloatArray:
        scores = super().score(batch)
        return scores if threading.get_ident() == self._home else scores + 1


class Unsteady(FakeScorer):
    """Counts its threads in."""

    changes_threads_at_once = True
    _threads = 2

    def use_threads(self, threads: int | None, /) -> int:
        self._threads = threads or 2
        return self._threads

    def score(self, batch: TokenBatch, /) -> FloatArray:
        return super().score(batch) * np.float32(self._threads)


class Undead(FakeScorer):
    """Scores after it was closed."""

    def close(self) -> None:
        """Do nothing."""


BROKEN: list[tuple[type[FakeScorer], str]] = [
    (Uncarded, "An open model has a card: labels, a positive limit or none, a device and a number type"),
    (Renamer, "Its labels are those that the model's config.json names, in their order"),
    (Boaster, "A sequence of as many tokens as its card names is taken"),
    (Wide, "Scores are finite float32 numpy arrays with a row for each sequence and a column for each label"),
    (
        PaddingReader,
        "A sequence scores the same however many columns of padding stand behind it, or the card says otherwise",
    ),
    (NeighborReader, "A sequence scores the same alone and in a batch"),
    (Shuffler, "Scores come in the order of the sequences"),
    (Deaf, "Different sequences score differently"),
    (Noisy, "The same batch scores the same again, bit for bit"),
    (Scribbler, "The arrays of a batch are left as they were"),
    (Reuser, "Scores stay what they are while the model goes on"),
    (Homebound, "Several threads may score at once"),
    (Unsteady, "Where the number of threads can be changed, scores do not depend on it"),
    (Undead, "A closed model says so when it is asked to score, and may be closed again"),
]


REFUSALS: list[tuple[type[HfkitError], str]] = [
    (WeightsNotFoundError, "A folder without weights is a WeightsNotFoundError"),
    (UnsafeWeightsError, "A folder with pickled weights only is an UnsafeWeightsError"),
    (CorruptModelError, "A truncated weights file is a CorruptModelError"),
]


@pytest.mark.parametrize(("scorer", "promise"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_scorer_fails_exactly_the_right_promise(
    scorer: type[FakeScorer],
    promise: str,
    fake_model: Path,
    broken_promises: Callable[[object, Path], list[str]],
) -> None:
    backend = Broken()
    backend.scorer = scorer
    assert broken_promises(backend, fake_model) == [promise]


class Misnamed(FakeBackend):
    """Has a name that nobody can type."""

    name = "Fake One"


class Useless:
    """Has a name and opens nothing."""

    name = "useless"

    def missing(self) -> str | None:
        return None


class Vague(FakeBackend):
    """Says that something is wrong with the weights, not what."""

    hides: type[HfkitError] = HfkitError

    def open_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> FakeScorer:
        try:
            return super().open_scorer(folder, runtime)
        except self.hides as error:
            raise HfkitError("something is wrong", hint="find out what") from error


@pytest.mark.parametrize(
    ("backend", "promise"),
    [
        (Misnamed(), "A backend has a lower-case name and says what it lacks"),
        (Useless(), "A backend has the method that opens the kind of model that it is checked with"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_broken_backend_fails_exactly_the_right_promise(
    backend: object, promise: str, fake_model: Path, broken_promises: Callable[[object, Path], list[str]]
) -> None:
    assert broken_promises(backend, fake_model) == [promise]


@pytest.mark.parametrize(("hides", "promise"), REFUSALS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_vague_backend_fails_exactly_the_right_promise(
    hides: type[HfkitError],
    promise: str,
    fake_model: Path,
    broken_promises: Callable[[object, Path], list[str]],
) -> None:
    backend = Vague()
    backend.hides = hides
    assert broken_promises(backend, fake_model) == [promise]


def test_every_promise_has_a_backend_that_breaks_it(fake_model: Path) -> None:
    broken = {promise for _, promise in (*BROKEN, *REFUSALS)}
    backends = {
        "A backend has a lower-case name and says what it lacks",
        "A backend has the method that opens the kind of model that it is checked with",
    }
    assert {str(check) for check in checks(FakeBackend(), fake_model)} == broken | backends
