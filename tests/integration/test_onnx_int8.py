"""8-bit weights in the onnx backend: how they are made, found again, and what they change."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import hfkit
from hfkit import errors
from hfkit.backends.onnx import OnnxBackend, quantizing
from hfkit.backends.onnx.entries import find_entry
from hfkit.backends.onnx.probes import probes
from hfkit.backends.protocols import OpensScorers, TokenBatch
from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION
from hfkit.hub.folder import EXPORT_CARD
from hfkit.hub.resolve import resolve
from hfkit.testing import (
    TinyFamily,
    write_tiny_classifier,
    write_tiny_embedder,
    write_tiny_reader,
    write_tiny_tagger,
)

if TYPE_CHECKING:
    from pathlib import Path

FULL = hfkit.Runtime(backend="onnx", offline=True)
EIGHT = hfkit.Runtime(backend="onnx", dtype="int8", offline=True)
AUTO = hfkit.Runtime(dtype="int8", offline=True)
TEXT = "it was a very good story and never dull"

LIGHT = """
import sys, hfkit
runtime = hfkit.Runtime(dtype="int8", offline=True)
result = hfkit.Classify(sys.argv[1], runtime=runtime)(sys.argv[3])
spans = hfkit.Answer(sys.argv[2], runtime=runtime)(hfkit.Question("who ?", context=sys.argv[3])).spans
tags = hfkit.Tag(sys.argv[4], runtime=runtime)(sys.argv[3]).labels
heavy = {"torch", "transformers", "onnx", "sympy"} & set(sys.modules)
assert not heavy, heavy
print(result.source.dtype, result.label, spans[0].start, spans[0].end, *tags)
"""


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_tiny_classifier(tmp_path_factory.mktemp("bert") / "model", seed=31)
    hfkit.Classify(folder, runtime=EIGHT).load()
    return folder


def entry(folder: Path, dtype: Any) -> Path:
    found = find_entry(resolve(folder, offline=True), SEQUENCE_CLASSIFICATION, dtype)
    assert found is not None
    return found.path


@pytest.mark.parametrize("family", ["bert", "distilbert", "gpt2", "xlnet"])
def test_logits_are_close_and_no_row_depends_on_the_others(family: TinyFamily, tmp_path: Path) -> None:
    folder = resolve(write_tiny_classifier(tmp_path / "m", family=family), offline=True)
    full, eight = (OnnxBackend().open_scorer(folder, runtime) for runtime in (FULL, EIGHT))
    assert eight.card.dtype == "int8"
    for batch in probes(eight.card, vocabulary=100, types=False):
        expected, found = full.score(batch), eight.score(batch)
        assert 0 < np.abs(found - expected).max() < 0.1 * max(1.0, np.abs(expected).max())
        for row, length in enumerate(batch.mask.sum(axis=1)):
            alone = TokenBatch(
                *(array[row : row + 1, :length] for array in (batch.ids, batch.mask, batch.types))
            )
            assert np.abs(eight.score(alone)[0] - found[row]).max() < 1e-4


def test_a_tagger_in_8_bits(tmp_path: Path) -> None:
    folder = write_tiny_tagger(tmp_path / "m", seed=33)
    found = resolve(folder, offline=True)
    full, eight = (OnnxBackend().open_tagger(found, runtime) for runtime in (FULL, EIGHT))
    for batch in probes(eight.card, vocabulary=100, types=False):
        real = batch.mask == 1
        expected, given = full.tag(batch)[real], eight.tag(batch)[real]
        assert 0 < np.abs(given - expected).max() < 0.1 * max(1.0, np.abs(expected).max())
    (note,) = hfkit.Tag(folder, runtime=EIGHT).source.notes
    assert note.startswith("weights are 8 bits: ")
    assert "batching changes 0" in note


def test_an_embedder_in_8_bits(tmp_path: Path) -> None:
    folder = write_tiny_embedder(tmp_path / "m", seed=33)
    full, eight = (hfkit.Embed(folder, runtime=runtime) for runtime in (FULL, EIGHT))
    one, other = (embed("the old city house was never dull").vector for embed in (full, eight))
    assert 0.95 < one @ other / np.linalg.norm(one) / np.linalg.norm(other) < 1
    note = eight.source.notes[0]
    assert note.startswith("weights are 8 bits: ")
    assert "numbers of tokens' vectors change by up to " in note


def test_the_source_says_what_8_bits_change(classifier: Path) -> None:
    source = hfkit.Classify(classifier, runtime=EIGHT).source
    assert source.dtype == "int8"
    (note,) = source.notes
    assert note.startswith("weights are 8 bits: on hfkit's own 19 probes of random tokens, against float32, ")
    assert "batching changes 0" in note


def test_it_is_smaller(classifier: Path) -> None:
    full, eight = (
        sum(file.stat().st_size for file in entry(classifier, dtype).glob("model.onnx.data"))
        for dtype in ("float32", "int8")
    )
    assert eight < 0.45 * full  # scales and norms weigh more in a tiny model


def test_it_opens_without_torch_transformers_and_onnx(classifier: Path, tmp_path: Path) -> None:
    reader = write_tiny_reader(tmp_path / "reader", seed=31)
    span = hfkit.Answer(reader, runtime=EIGHT)(hfkit.Question("who ?", context=TEXT)).spans[0]
    label = hfkit.Classify(classifier, runtime=EIGHT)(TEXT).label
    tagger = write_tiny_tagger(tmp_path / "tagger", seed=32)
    tags = hfkit.Tag(tagger, runtime=EIGHT)(TEXT).labels
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIGHT, str(classifier), str(reader), TEXT, str(tagger)],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["int8", label, str(span.start), str(span.end), *tags]


def test_it_is_made_once_and_a_damaged_one_again(classifier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = hfkit.Classify(classifier, runtime=EIGHT)(TEXT).scores
    with monkeypatch.context() as patch:
        patch.setattr(quantizing, "state_sensitivity", None)
        assert hfkit.Classify(classifier, runtime=EIGHT)(TEXT).scores == first
    file = entry(classifier, "int8") / "model.onnx.data"
    file.write_bytes(file.read_bytes()[:-100])
    assert not OnnxBackend().ready(resolve(classifier, offline=True), AUTO, OpensScorers)
    assert hfkit.Classify(classifier, runtime=EIGHT)(TEXT).scores == first
    assert OnnxBackend().ready(resolve(classifier, offline=True), AUTO, OpensScorers)


def test_auto_takes_it_only_if_it_is_asked_for(classifier: Path) -> None:
    cpu = hfkit.Runtime(device="cpu", offline=True)
    assert hfkit.Classify(classifier, runtime=AUTO)(TEXT).source.dtype == "int8"
    assert hfkit.Classify(classifier, runtime=cpu)(TEXT).source.dtype == "float32"


def test_it_travels_alone_and_stays_8_bits(classifier: Path) -> None:
    alone = entry(classifier, "int8")
    expected = hfkit.Classify(classifier, runtime=EIGHT)(TEXT).scores
    for runtime in (hfkit.Runtime(offline=True, device="cpu"), EIGHT):
        result = hfkit.Classify(alone, runtime=runtime)(TEXT)
        assert (result.source.dtype, result.scores) == ("int8", expected)
    with pytest.raises(errors.SettingError) as caught:
        hfkit.Classify(alone, runtime=hfkit.Runtime(backend="onnx", dtype="float32")).load()
    assert caught.value.message.startswith("dtype 'float32' is not that of the export in ")


def test_it_is_made_of_an_export_that_travels(classifier: Path) -> None:
    made = hfkit.Classify(entry(classifier, "float32"), runtime=EIGHT)(TEXT)
    assert made.source.dtype == "int8"
    assert made.scores == hfkit.Classify(classifier, runtime=EIGHT)(TEXT).scores


class TestRefusals:
    """What cannot be had, and the cure."""

    @pytest.mark.parametrize("backend", ["torch", "auto"])
    def test_torch(self, backend: str, tmp_path: Path) -> None:
        folder = write_tiny_classifier(tmp_path / "m", seed=32)
        with pytest.raises(errors.SettingError) as caught:
            hfkit.Classify(folder, runtime=hfkit.Runtime(backend=backend, dtype="int8")).load()
        assert caught.value.message == (
            "dtype 'int8' is not one of ['auto', 'float32', 'bfloat16', 'float16', 'fastest'] that backend 'torch' "
            "runs in"
        )
        assert caught.value.hint == (
            "use Runtime(backend='onnx', dtype='int8'), which makes the model's 8-bit export at first use"
        )

    def test_without_the_onnx_package(self, classifier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from hfkit.backends.onnx.export_folder import find_export

        export = find_export(entry(classifier, "float32"))
        assert export is not None
        monkeypatch.setattr(quantizing, "find_spec", lambda _: None)
        with pytest.raises(errors.MissingDependencyError) as caught:
            quantizing.quantize_export(resolve(classifier, offline=True), export, SEQUENCE_CLASSIFICATION)
        assert caught.value.hint == "pip install 'hfkit[export]'"

    def test_an_export_of_somebody_else(self, classifier: Path, tmp_path: Path) -> None:
        import shutil

        foreign = shutil.copytree(entry(classifier, "float32"), tmp_path / "foreign")
        (foreign / EXPORT_CARD).unlink()
        with pytest.raises(errors.ModelError, match="was exported by somebody else, and hfkit makes 8 bits"):
            hfkit.Classify(foreign, runtime=EIGHT).load()
        shutil.copy(classifier / "model.safetensors", foreign)  # which are taken in its place
        assert hfkit.Classify(foreign, runtime=EIGHT)(TEXT).source.dtype == "int8"
