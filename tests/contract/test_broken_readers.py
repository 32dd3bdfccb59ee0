"""Each promise of a span scorer is worth something: one that breaks it fails that check and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hfkit.testing import BrokenPromiseError, FakeBackend, checks, write_fake_reader
from hfkit.testing.fake import FakeSpanScorer
from hfkit.testing.promise import promise_of
from hfkit.testing.span_checks import SPAN_CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hfkit.backends.protocols import TokenBatch
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime


class Broken(FakeBackend):
    """The fake backend with a span scorer of the test's own."""

    reader: type[FakeSpanScorer] = FakeSpanScorer

    def open_span_scorer(self, folder: ModelFolder, runtime: Runtime, /) -> FakeSpanScorer:
        opened = super().open_span_scorer(folder, runtime)
        assert opened._table is not None
        return self.reader(opened._table)


class Uncarded(FakeSpanScorer):
    """Does not say where it runs."""

    def __init__(self, table: FloatArray) -> None:
        super().__init__(table)
        self.card = replace(self.card, device="")


class Pooled(FakeSpanScorer):
    """Forgets the columns after the longest question."""

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        return super().score_spans(batch)[:, :, :1]


class OneSided(FakeSpanScorer):
    """Takes every answer for one token long."""

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        return super().score_spans(batch)[:, :, [0, 0]]


class Wide(FakeSpanScorer):
    """Computes in float64."""

    def score_spans(self, batch: TokenBatch, /) -> Any:
        return super().score_spans(batch).astype(np.float64)


class PaddingReader(FakeSpanScorer):
    """Divides by the width of the batch, not by the tokens."""

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        return super().score_spans(batch) / np.float32(batch.ids.shape[1])


class NeighborReader(FakeSpanScorer):
    """Normalizes over the batch; one row alone is left as it is."""

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        scores = super().score_spans(batch)
        return scores if len(scores) == 1 else scores + np.float32(1)


class Deaf(FakeSpanScorer):
    """Marks the same columns in every text."""

    def score_spans(self, batch: TokenBatch, /) -> FloatArray:
        columns = np.arange(batch.ids.shape[1], dtype=np.float32)
        scores = super().score_spans(batch)
        scores[:] = np.stack([columns, -columns], axis=1)
        return scores


class Undead(FakeSpanScorer):
    """Scores after it was closed."""

    def close(self) -> None:
        """Do nothing."""


BROKEN: list[tuple[type[FakeSpanScorer], str]] = [
    (Uncarded, "An open model has a card: a positive limit or none, a device and a number type"),
    (
        Wide,
        "Scores are finite float32 numpy arrays with a pair, first and last, for each token of each sequence",
    ),
    (OneSided, "Where an answer begins is scored otherwise than where it ends"),
    (
        PaddingReader,
        "A sequence scores the same however many columns of padding stand behind it, or the card says otherwise",
    ),
    (NeighborReader, "A sequence scores the same alone and in a batch"),
    (Deaf, "Different sequences score differently"),
    (Undead, "A closed model says so when it is asked to score, and may be closed again"),
]


@pytest.fixture(scope="module")
def reader_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_reader(tmp_path_factory.mktemp("reader"))


@pytest.mark.parametrize(("reader", "promise"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_span_scorer_fails_exactly_the_right_promise(
    reader: type[FakeSpanScorer],
    promise: str,
    reader_folder: Path,
    broken_promises: Callable[[object, Path], list[str]],
) -> None:
    backend = Broken()
    backend.reader = reader
    assert broken_promises(backend, reader_folder) == [promise]


def test_a_span_scorer_of_another_shape_breaks_its_promise(reader_folder: Path) -> None:
    backend = Broken()
    backend.reader = Pooled
    failed = [check for check in checks(backend, reader_folder) if "pair, first and last" in str(check)]
    with pytest.raises(BrokenPromiseError, match=r"gives shape \(5, \d+, 1\), must be \(5, \d+, 2\)"):
        failed[0]()


def test_every_promise_of_its_own_has_a_span_scorer_that_breaks_it() -> None:
    assert {promise_of(check) for check in SPAN_CHECKS} <= {promise for _, promise in BROKEN}
