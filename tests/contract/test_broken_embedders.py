"""Each promise of an embedder is worth something: one that breaks it fails that check and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hfkit.testing import BrokenPromiseError, FakeBackend, checks, write_fake_embedder
from hfkit.testing.embedder_checks import EMBEDDER_CHECKS
from hfkit.testing.fake_embedders import FakeEmbedder
from hfkit.testing.promise import promise_of

if TYPE_CHECKING:
    from pathlib import Path

    from hfkit.backends.protocols import TokenBatch
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime


class Broken(FakeBackend):
    """The fake backend with an embedder of the test's own."""

    embedder: type[FakeEmbedder] = FakeEmbedder

    def open_embedder(self, folder: ModelFolder, runtime: Runtime, /) -> FakeEmbedder:
        opened = super().open_embedder(folder, runtime)
        assert opened._table is not None
        return self.embedder(opened._table)


class Uncarded(FakeEmbedder):
    """Does not say where it runs."""

    def __init__(self, table: FloatArray) -> None:
        super().__init__(table)
        self.card = replace(self.card, device="")


class Mistaken(FakeEmbedder):
    """Names another size than its vectors have."""

    def __init__(self, table: FloatArray) -> None:
        super().__init__(table)
        self.card = replace(self.card, size=7)


class Wide(FakeEmbedder):
    """Computes in float64."""

    def embed(self, batch: TokenBatch, /) -> Any:
        return super().embed(batch).astype(np.float64)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_embedder(tmp_path_factory.mktemp("embedder"))


@pytest.mark.parametrize(
    ("embedder", "broken"), [(Uncarded, 0), (Mistaken, 1), (Wide, 1)], ids=["uncarded", "mistaken", "wide"]
)
def test_a_broken_embedder_fails_its_check_alone(
    model: Path, embedder: type[FakeEmbedder], broken: int
) -> None:
    backend = Broken()
    backend.embedder = embedder
    failed = []
    for check in checks(backend, model):
        try:
            check()
        except BrokenPromiseError:
            failed.append(check.promise)
    assert failed == [promise_of(EMBEDDER_CHECKS[broken])]
