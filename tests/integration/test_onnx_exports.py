"""How an export comes to be, is found again, and travels."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import hfkit
from hfkit import errors
from hfkit.backends.onnx import OnnxBackend, exporting
from hfkit.backends.onnx.entries import find_entry
from hfkit.backends.onnx.optimize import optimize
from hfkit.backends.protocols import OpensScorers
from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION
from hfkit.hub.folder import EXPORT_CARD
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

FORK = """
import os, sys, hfkit
classify = hfkit.Classify(sys.argv[1], runtime=hfkit.Runtime(backend="onnx", threads=2, offline=True))
label = classify(sys.argv[2]).label
child = os.fork()
if child == 0:
    sys.exit(classify(sys.argv[2]).label != label)
print(os.waitpid(child, 0)[1])
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


def test_a_model_that_is_rewritten_meanwhile_is_not_kept(
    folder: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    expected = scores(folder, hfkit.Runtime(backend="torch"))
    original = optimize

    def rewrite(traced: Path, target: Path) -> None:
        write_tiny_classifier(folder, seed=22)
        original(traced, target)

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "optimize", rewrite)
        with pytest.raises(errors.CorruptModelError, match="was rewritten while it was exported"):
            scores(folder)
    assert list((cache / "exports").rglob("model.onnx")) == []
    assert scores(copy) == pytest.approx(expected, abs=1e-5)


def test_threads_export_one_after_the_other(tmp_path: Path) -> None:
    folders = [write_tiny_classifier(tmp_path / str(seed), seed=seed) for seed in range(3)]
    expected = [scores(folder, hfkit.Runtime(backend="torch")) for folder in folders]
    filters = list(warnings.filters)
    with ThreadPoolExecutor(3) as pool:
        for found, one in zip(pool.map(scores, folders), expected, strict=True):
            assert found == pytest.approx(one, abs=1e-5)
    assert warnings.filters == filters


def test_a_failing_export_prints_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("no symbol for that")

    monkeypatch.setattr("torch.onnx._internal.torchscript_exporter.utils._optimize_graph", fail)
    with pytest.raises(errors.ModelError, match="cannot be exported to ONNX: no symbol for that"):
        scores(folder)
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_is_not_the_models_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("protobuf could not be serialized")

    monkeypatch.setattr(exporting, "optimize", fail)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(errors.HubError, match=r"no space left.*protobuf could not be serialized"):
        scores(folder)


def test_an_export_alone_opens_where_there_may_be_an_accelerator(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hfkit.Classify(folder, runtime=ONNX).load()
    moved = shutil.copytree(entry(folder), tmp_path / "moved")
    monkeypatch.setattr("hfkit.backends.onnx.readiness.drives_accelerator", lambda: True)
    assert hfkit.Classify(moved).source.backend == "onnx"
    with pytest.raises(errors.SettingError, match="'float16' is not one of"):
        hfkit.Classify(moved, runtime=hfkit.Runtime(dtype="float16")).load()
    (moved / "model.onnx.data").write_bytes(b"")
    with pytest.raises(errors.CorruptModelError, match=r"model\.onnx\.data is not what hfkit wrote"):
        hfkit.Classify(moved).load()


def test_a_forked_child_exits(folder: Path) -> None:
    process = start(FORK, folder, TEXT)
    printed, trouble = process.communicate(timeout=100)
    assert (process.returncode, printed) == (0, "0\n"), trouble


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
    (target / EXPORT_CARD).unlink()
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


@pytest.mark.parametrize("made", ["of other weights", "of 8 bits"])
def test_beside_weights_hfkits_own_is_opened_only_by_name(made: str, folder: Path, tmp_path: Path) -> None:
    hfkit.Classify(folder, runtime=ONNX).load()
    eight = made == "of 8 bits"
    if eight:
        hfkit.Classify(folder, runtime=replace(ONNX, dtype="int8")).load()
    found = find_entry(resolve(folder, offline=True), SEQUENCE_CLASSIFICATION, "int8" if eight else "float32")
    assert found is not None
    mixed = shutil.copytree(found.path, tmp_path / "mixed")
    weights = folder if eight else write_tiny_classifier(tmp_path / "other", seed=24)
    shutil.copy(weights / "model.safetensors", mixed)
    source = hfkit.Classify(mixed, runtime=CPU).source
    assert (source.backend, source.dtype) == ("torch", "float32")
    assert scores(mixed, CPU) == pytest.approx(scores(weights, replace(ONNX, backend="torch")), abs=1e-5)
    assert hfkit.Classify(mixed, runtime=ONNX).source.backend == "onnx"


def test_an_export_that_is_moved_over_an_open_one_changes_no_answer(foreign: Path, tmp_path: Path) -> None:
    other = write_tiny_classifier(tmp_path / "other", seed=25)
    hfkit.Classify(other, runtime=ONNX).load()
    classify = hfkit.Classify(foreign, runtime=replace(ONNX, workers=2, batch_tokens=8))
    first = classify(TEXT).scores
    for file in entry(other).glob("model.onnx*"):
        shutil.copy(file, tmp_path / file.name)
        (tmp_path / file.name).replace(foreign / "onnx" / file.name)
    many = classify.batch([TEXT, "a good movie", "bad", "dull"])  # by two workers: it is opened again
    assert many[0].scores == first
    assert hfkit.Classify(foreign, runtime=ONNX)(TEXT).scores != first


@pytest.mark.parametrize("kept", [0.0, 0.5, 1.0])
def test_an_export_that_is_written_over_while_it_is_open_is_told(kept: float, foreign: Path) -> None:
    classify = hfkit.Classify(foreign, runtime=ONNX)
    first = classify(TEXT).scores
    weights = foreign / "onnx" / "model.onnx.data"
    content = weights.read_bytes()
    weights.write_bytes(content[: int(kept * len(content))])  # a page that is gone would end the process
    with pytest.raises(errors.CorruptModelError) as caught:
        classify(TEXT)
    assert caught.value.message == f"the export of {foreign} was written over while it was open"
    assert caught.value.hint == "close the model and load it again; write new exports to another folder"
    weights.write_bytes(content)
    classify.close()
    assert classify(TEXT).scores == first


def test_a_configuration_of_another_model_is_told(foreign: Path) -> None:
    file = foreign / "config.json"
    plain: dict[str, Any] = json.loads(file.read_text())
    labels = dict(enumerate("abcde"))
    file.write_text(json.dumps(plain | {"id2label": labels, "label2id": {v: k for k, v in labels.items()}}))
    with pytest.raises(errors.CorruptModelError, match="names 5 labels, the export gives"):
        scores(foreign)
    for broken in ("[]", "{"):
        file.write_text(broken)
        with pytest.raises(errors.CorruptModelError):
            scores(foreign)


def test_types_are_given_where_the_tokenizer_gives_them(foreign: Path, folder: Path) -> None:
    pair = hfkit.Pair("a good movie", "never dull")
    exact = hfkit.Classify(folder, runtime=ONNX)(pair).score
    file = foreign / "tokenizer_config.json"
    plain: dict[str, Any] = json.loads(file.read_text())
    for names, alike in (
        (["input_ids", "token_type_ids", "attention_mask"], True),
        (["input_ids", "attention_mask"], False),
    ):
        file.write_text(json.dumps(plain | {"model_input_names": names}))
        assert (hfkit.Classify(foreign, runtime=ONNX)(pair).score == pytest.approx(exact, abs=1e-6)) is alike


@pytest.mark.parametrize(
    ("positions", "pad_id", "longest"), [(8194, 1, 8192), (8192, 1, 8192), (4098, 1, 4096), (8192, 0, 8192)]
)
def test_thousands_of_positions_are_not_run(positions: int, pad_id: int, longest: int, foreign: Path) -> None:
    file = foreign / "config.json"
    plain: dict[str, Any] = json.loads(file.read_text())
    file.write_text(json.dumps(plain | {"max_position_embeddings": positions, "pad_token_id": pad_id}))
    assert OnnxBackend().open_scorer(resolve(foreign, offline=True), CPU).card.max_tokens == longest


def test_an_export_of_8_bits_that_mixes_its_rows_says_so(foreign: Path) -> None:
    from onnxruntime.quantization import quantize_dynamic

    exact = foreign / "onnx" / "model.onnx"
    quantize_dynamic(exact, foreign / "model.onnx", extra_options={"DefaultTensorType": 1})
    notes = hfkit.Classify(foreign, runtime=ONNX).source.notes
    assert "depends on the texts of the same batch" in notes[-1]


def test_positions_that_begin_behind_the_padding_id_are_found(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "roberta", family="roberta")
    hfkit.Classify(folder, runtime=ONNX).load()
    target = shutil.copytree(entry(folder), tmp_path / "foreign")
    (target / EXPORT_CARD).unlink()
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
