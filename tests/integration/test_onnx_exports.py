"""How an export comes to be, is found again, and travels."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import hfkit
from hfkit import errors
from hfkit.backends.onnx import OnnxBackend, exporting
from hfkit.backends.onnx.entries import find_entry
from hfkit.backends.onnx.export_folder import CARD_FILE
from hfkit.backends.protocols import OpensScorers
from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION
from hfkit.hub.resolve import resolve
from hfkit.testing import write_tiny_classifier, write_tiny_reader

if TYPE_CHECKING:
    from pathlib import Path

ONNX = hfkit.Runtime(backend="onnx", offline=True)
CPU = hfkit.Runtime(device="cpu", offline=True)
TEXT = "it was a very good story and never dull"

EXPORT = """
import sys, torch, hfkit
torch.set_num_threads(1)
hfkit.Classify(sys.argv[1], runtime=hfkit.Runtime(backend="onnx", offline=True)).load()
hfkit.Answer(sys.argv[2], runtime=hfkit.Runtime(backend="onnx", offline=True)).load()
"""

LIGHT = """
import sys, hfkit
runtime = hfkit.Runtime(device="cpu", offline=True)
label = hfkit.Classify(sys.argv[1], runtime=runtime)(sys.argv[3])
spans = hfkit.Answer(sys.argv[2], runtime=runtime)(hfkit.Question("who ?", context=sys.argv[3])).spans
heavy = {"torch", "transformers", "datasets", "peft", "accelerate", "onnx", "sympy"} & set(sys.modules)
assert not heavy, heavy
print(label.source.backend, label.label, spans[0].start, spans[0].end)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tiny_classifier(tmp_path / "model", seed=21)


def entry(folder: Path) -> Path:
    """Give the cached export of a classifier."""
    found = find_entry(resolve(folder, offline=True), SEQUENCE_CLASSIFICATION)
    assert found is not None
    return found.path


def scores(folder: Path, runtime: hfkit.Runtime = ONNX) -> list[float]:
    return [score.score for score in hfkit.Classify(folder, runtime=runtime)(TEXT).scores]


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def test_two_processes_export_at_once_and_a_third_needs_no_torch(
    folder: Path, tmp_path: Path, cache: Path
) -> None:
    reader = write_tiny_reader(tmp_path / "reader", seed=21)
    for process in [start(EXPORT, folder, reader) for _ in range(2)]:
        _, trouble = process.communicate()
        assert process.returncode == 0, trouble
    assert len(list((cache / "exports").rglob("model.onnx"))) == 2  # one for each model
    assert list((cache / "exports" / ".drafts").iterdir()) == []

    light = start(LIGHT, folder, reader, TEXT)
    printed, trouble = light.communicate()
    assert light.returncode == 0, trouble
    torch = hfkit.Runtime(backend="torch", offline=True)
    answer = hfkit.Answer(reader, runtime=torch)(hfkit.Question("who ?", context=TEXT)).spans[0]
    label = hfkit.Classify(folder, runtime=torch)(TEXT).label
    assert printed.split() == ["onnx", label, str(answer.start), str(answer.end)]


def test_a_model_is_exported_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = scores(folder)
    monkeypatch.setattr(exporting, "optimize", None)
    assert scores(folder) == first


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx.data", "config.json"])
def test_a_damaged_export_is_made_again(name: str, folder: Path) -> None:
    first = scores(folder)
    file = entry(folder) / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert not OnnxBackend().ready(resolve(folder, offline=True), CPU, OpensScorers)
    assert scores(folder) == first
    assert OnnxBackend().ready(resolve(folder, offline=True), CPU, OpensScorers)


def test_an_interrupted_export_leaves_nothing(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "optimize", interrupt)
        with pytest.raises(KeyboardInterrupt):
            scores(folder)
    assert [file for file in (cache / "exports").rglob("*") if file.is_file()] == []
    assert scores(folder) == pytest.approx(scores(folder, hfkit.Runtime(backend="torch")), abs=1e-5)


def test_an_export_travels_alone(folder: Path, tmp_path: Path) -> None:
    first = scores(folder)
    moved = shutil.copytree(entry(folder), tmp_path / "moved")
    assert scores(moved) == first
    result = hfkit.Classify(moved, runtime=CPU)(TEXT)
    assert (result.source.backend, result.source.dtype) == ("onnx", "float32")
    assert result.source.tokenizer == hfkit.Classify(folder, runtime=ONNX).source.tokenizer
    revision = resolve(moved, offline=True).revision
    (moved / "model.onnx.data").write_bytes(b"")
    assert resolve(moved, offline=True).revision != revision
    with pytest.raises(
        errors.CorruptModelError, match=r"is damaged: model\.onnx\.data is not what hfkit wrote"
    ):
        scores(moved)


@pytest.fixture
def foreign(folder: Path, tmp_path: Path) -> Path:
    """The export as somebody else would have made it, beside nothing of hfkit's."""
    hfkit.Classify(folder, runtime=ONNX).load()
    target = shutil.copytree(entry(folder), tmp_path / "foreign")
    (target / CARD_FILE).unlink()
    (target / "onnx").mkdir()
    for file in target.glob("model.onnx*"):
        file.rename(target / "onnx" / file.name)
    return target


def test_an_export_of_somebody_else_opens_as_it_is(foreign: Path, folder: Path) -> None:
    assert scores(foreign) == scores(folder)
    source = hfkit.Classify(foreign, runtime=CPU).source
    assert (source.backend, source.dtype) == ("onnx", "as exported")
    assert source.notes == (
        (
            "model.onnx runs as somebody else exported it: "
            "nobody has compared it with the weights it was made from"
        ),
    )
    one, other = (OnnxBackend().open_scorer(resolve(m, offline=True), CPU).card for m in (foreign, folder))
    assert (one.max_tokens, one.pads, one.labels) == (other.max_tokens, other.pads, other.labels)


def test_beside_weights_it_is_opened_only_by_name(foreign: Path, folder: Path) -> None:
    shutil.copy(folder / "model.safetensors", foreign)
    assert hfkit.Classify(foreign, runtime=CPU).source.backend == "torch"
    assert hfkit.Classify(foreign, runtime=ONNX).source.backend == "onnx"


def test_positions_that_begin_behind_the_padding_id_are_found(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "roberta", family="roberta")
    hfkit.Classify(folder, runtime=ONNX).load()
    target = shutil.copytree(entry(folder), tmp_path / "foreign")
    (target / CARD_FILE).unlink()
    assert OnnxBackend().open_scorer(resolve(target, offline=True), CPU).card.max_tokens == 64


def test_an_export_of_another_head_is_told(foreign: Path) -> None:
    with pytest.raises(errors.WrongHeadError):
        hfkit.Answer(foreign, runtime=ONNX).load()
    file = foreign / "config.json"
    named: dict[str, Any] = json.loads(file.read_text()) | {"architectures": ["BertForTokenClassification"]}
    file.write_text(json.dumps(named))
    with pytest.raises(errors.WrongHeadError) as caught:
        scores(foreign)
    assert caught.value.message == (
        f"{foreign} was exported from BertForTokenClassification, which is no sequence classification model"
    )


def test_special_tokens_are_read_as_text_where_the_tokenizer_says_so(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "m", seed=22)
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"split_special_tokens": True}))
    texts = ["[SEP] good", "good"]
    one, other = (
        [answer.score for answer in hfkit.Classify(folder, runtime=runtime).batch(texts)]
        for runtime in (ONNX, hfkit.Runtime(backend="torch"))
    )
    assert one == pytest.approx(other, abs=1e-5)
