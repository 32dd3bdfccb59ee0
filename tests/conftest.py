"""What all tests share: hypothesis profiles, the fake backend, tiny models made once."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import hfkit
from hfkit.testing import FakeBackend, write_fake_model, write_tiny_classifier

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=_QUIET)
settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, suppress_health_check=_QUIET
)
settings.register_profile("nightly", max_examples=5000, deadline=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

hfkit.register_backend("fake", FakeBackend)


@pytest.fixture(scope="session")
def fake_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of three labels for the fake backend, which reads 64 tokens."""
    return write_fake_model(tmp_path_factory.mktemp("fake") / "model")


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with random weights and three labels, which reads 64 tokens."""
    return write_tiny_classifier(tmp_path_factory.mktemp("bert") / "model")


@pytest.fixture
def fake() -> hfkit.Runtime:
    """A runtime on the fake backend."""
    return hfkit.Runtime(backend="fake", offline=True)


@pytest.fixture(scope="session")
def reviews() -> list[dict[str, str]]:
    """Real film reviews, each with ``text`` and ``label``."""
    file = Path(__file__).parent.parent / "examples" / "data" / "reviews.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def sample_texts(reviews: list[dict[str, str]]) -> list[str]:
    """Real texts and strange ones, of a few and of many words."""
    strange = [
        "!",
        "MiXeD CaSe don't_stop",
        "naïve ﬁancés: Привет, 世界! 👩‍👩‍👧",
        "a\r\nb\tc  d",
        "[SEP] </s> [MASK]",
        "\u05e9\u05dc\u05d5\u05dd x",
    ]
    real = [review["text"] for review in reviews[:40]]
    return [*strange, *real, " ".join(real[:4])]
