"""Each promise of a tagger is worth something: one that breaks it fails that check and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hfkit.testing import BrokenPromiseError, FakeBackend, checks, write_fake_tagger
from hfkit.testing.fake_taggers import FakeTagger
from hfkit.testing.promise import promise_of
from hfkit.testing.tagger_checks import TAGGER_CHECKS
from hfkit.text.labels import LabelScheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hfkit.backends.protocols import TokenBatch
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime


class Broken(FakeBackend):
    """The fake backend with a tagger of the test's own."""

    tagger: type[FakeTagger] = FakeTagger

    def open_tagger(self, folder: ModelFolder, runtime: Runtime, /) -> FakeTagger:
        opened = super().open_tagger(folder, runtime)
        assert opened._table is not None
        return self.tagger(opened._table, opened.card.labels)


class Uncarded(FakeTagger):
    """Does not say where it runs."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        super().__init__(table, labels)
        self.card = replace(self.card, device="")


class Renamed(FakeTagger):
    """Has its labels in another order than its columns."""

    def __init__(self, table: FloatArray, labels: LabelScheme) -> None:
        super().__init__(table, LabelScheme(labels.names[::-1], labels.problem))


class Wide(FakeTagger):
    """Computes in float64."""

    def tag(self, batch: TokenBatch, /) -> Any:
        return super().tag(batch).astype(np.float64)


class Pooled(FakeTagger):
    """Gives each sequence one row."""

    def tag(self, batch: TokenBatch, /) -> FloatArray:
        return super().tag(batch)[:, :1]


class PaddingTagger(FakeTagger):
    """Divides by the width of the batch, not by the tokens."""

    def tag(self, batch: TokenBatch, /) -> FloatArray:
        return super().tag(batch) / np.float32(batch.ids.shape[1])


class Undead(FakeTagger):
    """Tags after it was closed."""

    def close(self) -> None:
        """Do nothing."""


BROKEN: list[tuple[type[FakeTagger], str]] = [
    (Uncarded, "An open model has a card: labels, a positive limit or none, a device and a number type"),
    (Renamed, "Its labels are those that the model's config.json names, in their order"),
    (Wide, "Scores are finite float32 numpy arrays with a row for each token and a column for each label"),
    (
        PaddingTagger,
        "A sequence scores the same however many columns of padding stand behind it, or the card says otherwise",
    ),
    (Undead, "A closed model says so when it is asked to score, and may be closed again"),
]


@pytest.fixture(scope="module")
def tagger_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_tagger(tmp_path_factory.mktemp("tagger"))


@pytest.mark.parametrize(("tagger", "promise"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_tagger_fails_exactly_the_right_promise(
    tagger: type[FakeTagger],
    promise: str,
    tagger_folder: Path,
    broken_promises: Callable[[object, Path], list[str]],
) -> None:
    backend = Broken()
    backend.tagger = tagger
    assert broken_promises(backend, tagger_folder) == [promise]


def test_a_tagger_of_another_shape_breaks_its_promise(tagger_folder: Path) -> None:
    backend = Broken()
    backend.tagger = Pooled
    failed = [check for check in checks(backend, tagger_folder) if "row for each token" in str(check)]
    with pytest.raises(BrokenPromiseError, match=r"gives shape \(5, 1, 5\), must be \(5, \d+, 5\)"):
        failed[0]()


def test_every_promise_of_its_own_has_a_tagger_that_breaks_it() -> None:
    assert {promise_of(check) for check in TAGGER_CHECKS} <= {promise for _, promise in BROKEN}
