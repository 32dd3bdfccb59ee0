"""What all tests share: hypothesis profiles, the fake backend, tiny models made once."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, settings

import hfkit
from hfkit.testing import (
    FakeBackend,
    write_fake_embedder,
    write_fake_model,
    write_fake_reader,
    write_fake_tagger,
    write_tiny_classifier,
)
from hfkit.testing.sentencepieces import write_marian, write_t5
from hfkit.testing.tokenizers import (
    write_added_tokens,
    write_byte_pairs,
    write_unigrams,
    write_word_pieces,
)

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=_QUIET)
# The same examples in every run, so that a change fails for what it changed; to look harder is for nightly.
settings.register_profile(
    "ci", max_examples=50, deadline=None, derandomize=True, suppress_health_check=_QUIET
)
settings.register_profile("nightly", max_examples=5000, deadline=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

hfkit.register_backend("fake", FakeBackend)


TOKENIZERS: dict[str, Callable[[Path], object]] = {
    "word pieces": write_word_pieces,
    "cased word pieces": lambda folder: write_word_pieces(folder, cased=True),
    "byte pairs with special tokens": write_byte_pairs,
    "byte pairs alone": lambda folder: write_byte_pairs(folder, family="gpt2"),
    "added tokens": write_added_tokens,
    "unigrams": write_unigrams,
    "sentencepiece, T5": write_t5,
}


@pytest.fixture(autouse=True, scope="module")
def own_exports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the exports of each file of tests apart: with them "auto" opens onnx in place of torch."""
    made = tmp_path_factory.mktemp("exports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "hfkit.backends.onnx.entries.cache_folder", lambda: Path(os.environ.get("HFKIT_CACHE", made))
        )
        yield


@pytest.fixture(scope="session", params=list(TOKENIZERS))
def tokenizer_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tokenizer alone, of each family in turn."""
    folder = tmp_path_factory.mktemp("tokenizer")
    TOKENIZERS[request.param](folder)
    return folder


@pytest.fixture(scope="session")
def tokenize(tokenizer_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hfkit.Tokenize]:
    """The facade over each family, open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        runtime = hfkit.Runtime(offline=True, progress="never")
        facade = hfkit.Tokenize(tokenizer_folder, runtime=runtime).load()
    yield facade
    facade.close()


@pytest.fixture(scope="session")
def reference(tokenizer_folder: Path) -> Any:
    """The same tokenizer as transformers runs it."""
    from transformers import AutoTokenizer

    opened = AutoTokenizer.from_pretrained(tokenizer_folder)
    opened.deprecation_warnings["sequence-length-is-longer-than-the-specified-maximum"] = True
    return opened


@pytest.fixture(scope="session")
def marian_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer that only transformers runs."""
    return write_marian(tmp_path_factory.mktemp("marian"))


@pytest.fixture(scope="session")
def fake_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of three labels for the fake backend, which reads 64 tokens."""
    return write_fake_model(tmp_path_factory.mktemp("fake") / "model")


@pytest.fixture(scope="session")
def fake_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader for the fake backend, which reads 64 tokens."""
    return write_fake_reader(tmp_path_factory.mktemp("fake-reader") / "model")


@pytest.fixture(scope="session")
def fake_tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagger of people and places for the fake backend, which reads 64 tokens."""
    return write_fake_tagger(tmp_path_factory.mktemp("fake-tagger") / "model")


@pytest.fixture(scope="session")
def fake_embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without a head for the fake backend, which reads 64 tokens and gives 8 numbers."""
    return write_fake_embedder(tmp_path_factory.mktemp("fake-embedder") / "model")


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


@pytest.fixture(scope="session")
def serve_page(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Path, Mapping[str, str]], AbstractContextManager[str]]:
    """Run the page of a folder in a process of its own, with an environment; give its address once it answers."""
    seconds = 120

    @contextmanager
    def serve(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
        with socket.socket() as place:
            place.bind(("127.0.0.1", 0))
            port = str(place.getsockname()[1])
        set_too = {"GRADIO_SERVER_PORT": port, "GRADIO_ANALYTICS_ENABLED": "False"}
        said, url = tmp_path_factory.mktemp("page") / "said", f"http://127.0.0.1:{port}"
        with said.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=folder,
                env=os.environ | environment | set_too,
                stdout=stream,
                stderr=stream,
            )
        try:
            for _ in range(seconds * 5):
                assert process.poll() is None, said.read_text()
                try:
                    httpx2.get(url, timeout=5)
                    break
                except httpx2.TransportError:
                    Event().wait(0.2)
            else:
                pytest.fail(said.read_text())
            yield url
        finally:
            process.kill()
            process.wait()
            print(said.read_text())  # noqa: T201  # pytest shows it where a test fails

    return serve
