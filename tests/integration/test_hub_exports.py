"""Exports on a hub open by their names, as their folders do; of two kinds of weights the other is not fetched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
from huggingface_hub import hf_hub_download

import hfkit
from hfkit import errors
from hfkit.backends.onnx.entries import find_entry
from hfkit.engines.locating import locate_model
from hfkit.hub.folder import EXPORT_CARD
from hfkit.hub.resolve import resolve
from hfkit.testing import LocalHub, write_tiny_classifier, write_tiny_reader, write_tiny_writer

CPU = hfkit.Runtime(device="cpu")
ONNX = hfkit.Runtime(backend="onnx")
EIGHT = hfkit.Runtime(backend="onnx", dtype="int8", offline=True)
TEXT = "it was a very good story and never dull"
NOBODY = "http://127.0.0.1:9"

WRITE: dict[str, Callable[[Path], Path]] = {
    "classifier": write_tiny_classifier,
    "reader": write_tiny_reader,
    "writer": write_tiny_writer,
    "encoding writer": lambda folder: write_tiny_writer(folder, family="t5"),
}


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def shared_hub() -> Iterator[LocalHub]:
    with LocalHub() as hub, hub.here():
        yield hub


@pytest.fixture
def hub(shared_hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalHub:
    """The hub of all tests, and a cache of one's own."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    shared_hub.forget_requests()
    return shared_hub


def answer(kind: str, model: Path | str, runtime: hfkit.Runtime) -> Any:
    """Ask a model of a kind for one answer."""
    match kind:
        case "classifier":
            return hfkit.Classify(model, runtime=runtime)(TEXT)
        case "reader":
            return hfkit.Answer(model, runtime=runtime)(hfkit.Question("who ?", context=TEXT))
        case _:
            return hfkit.Generate(model, max_new_tokens=6, runtime=runtime)("the cat sat")


def said(result: Any) -> object:
    """What was answered, without where it comes from."""
    match result:
        case hfkit.Classification(scores=scores):
            return scores
        case hfkit.Answers(spans=spans):
            return spans
        case _:
            return result.text


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of each kind that holds an export in 8 bits and nothing else."""
    made = tmp_path_factory.mktemp("exports")
    found = {}
    for kind, write in WRITE.items():
        folder = write(made / kind / "weights")
        answer(kind, folder, EIGHT)
        entry = find_entry(resolve(folder, offline=True), None, "int8")
        assert entry is not None
        found[kind] = shutil.copytree(entry.path, made / kind / "export")
    return found


def fetched(hub: LocalHub, name: str = "") -> set[str]:
    """The large files of a repository that were asked for."""
    begin = f"/{name}/resolve/" if name else "/resolve/"
    paths = {request.path.rpartition("/")[2] for request in hub.requests if begin in request.path}
    return {path for path in paths if path.endswith((".safetensors", ".onnx", ".data"))}


@pytest.mark.usefixtures("hub")
def test_what_quantize_made_is_published_and_opened_by_its_name(
    exports: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quantize = hfkit.Quantize(exports["classifier"].parent / "weights", min_agreement=None, rounds=1)
    quantize([TEXT, "a bad one"], tmp_path / "small")
    done = hfkit.Publish("org/small", license="mit", tag="v1")(tmp_path / "small")
    assert 'classify = hfkit.Classify("org/small@v1")' in (done.card or "")
    first = answer("classifier", tmp_path / "small", CPU)
    found = [answer("classifier", name, CPU) for name in (done.reference, "org/small", "org/small@v1")]
    assert [said(one) for one in found] == [said(first)] * 3
    source = found[0].source
    assert (source.backend, source.dtype) == ("onnx", "int8")
    assert (source.model, source.revision) == ("org/small", done.commit)
    tokens = hfkit.Tokenize(done.reference)(TEXT)
    assert tokens.ids == hfkit.Tokenize(tmp_path / "small")(TEXT).ids
    rows = [{"text": TEXT, "label": first.label}]
    report = hfkit.Evaluate(done.reference)(hfkit.Labelled(train=rows, test=rows))
    assert report.source == source
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", NOBODY)
    assert said(answer("classifier", "org/small", CPU)) == said(first)
    with pytest.raises(
        errors.WeightsNotFoundError, match=r"^org/small holds an ONNX export and no model\.safetensors"
    ):
        answer("classifier", done.reference, hfkit.Runtime(backend="torch"))


@pytest.mark.parametrize("kind", WRITE)
def test_each_kind_opens_as_its_folder_does(
    kind: str, hub: LocalHub, exports: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"org/{kind.replace(' ', '-')}"
    done = hfkit.Publish(name, license="mit")(exports[kind])
    assert done.verified is not None
    assert done.verified.probes
    hub.forget_requests()
    expected = said(answer(kind, exports[kind], CPU))
    first = answer(kind, done.reference, CPU)
    assert (said(first), first.source.backend) == (expected, "onnx")
    assert fetched(hub) == {file.name for file in exports[kind].glob("*.onnx*")}
    lock = hfkit.lock(tmp_path / "hfkit.lock", models=[name])
    assert {file.path for file in lock.repositories[0].files} >= fetched(hub)
    hub.commit(name, {"notes.json": b"{}"})
    hub.forget_requests()
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", NOBODY)
    for runtime in (CPU, ONNX, hfkit.Runtime(device="cpu", offline=True)):
        again = answer(kind, name, hfkit.Runtime(backend=runtime.backend, device="cpu", lock=lock.path))
        assert (again.source, said(again)) == (first.source, expected)
    assert not hub.requests, "what is locked and fetched is not asked for"
    held = next(Path(huggingface_hub.constants.HF_HUB_CACHE).glob("*/snapshots/*/model.onnx")).resolve()
    held.write_bytes(held.read_bytes()[:-1] + b"!")
    with pytest.raises(errors.HashMismatchError) as caught:
        answer(kind, name, hfkit.Runtime(lock=lock.path))
    assert caught.value.files == ("model.onnx",)


def test_the_cure_for_an_export_alone_is_not_torch(exports: dict[str, Path]) -> None:
    with pytest.raises(errors.SettingError) as caught:
        answer("classifier", exports["classifier"], hfkit.Runtime(dtype="bfloat16"))
    assert caught.value.hint == "leave dtype='auto', or give the weights that it was exported from"
    with pytest.raises(errors.DeviceError) as device:
        answer("classifier", exports["classifier"], hfkit.Runtime(device="cuda"))
    assert device.value.hint == "leave device='auto', or give the weights that it was exported from"


def both(exports: dict[str, Path], kind: str, place: Path, *, maker: str = "hfkit") -> Path:
    """Give a folder with weights, and beside them an export of hfkit's or of others."""
    shutil.copytree(exports[kind], place)
    shutil.copy(exports[kind].parent / "weights" / "model.safetensors", place)
    if maker != "hfkit":
        (place / EXPORT_CARD).unlink()
    return place


@pytest.mark.parametrize(
    "made", [("classifier", "hfkit"), ("classifier", "others"), ("writer", "hfkit"), ("writer", "others")]
)
@pytest.mark.parametrize("runtime", [CPU, ONNX, hfkit.Runtime(backend="torch", device="cpu")])
def test_of_both_kinds_of_weights_one_is_fetched(
    made: tuple[str, str], runtime: hfkit.Runtime, hub: LocalHub, exports: dict[str, Path], tmp_path: Path
) -> None:
    kind, maker = made
    folder = both(exports, kind, tmp_path / "both", maker=maker)
    name = f"org/both-{kind}-{runtime.backend}-{maker}"
    hub.create(name, folder)
    expected = answer(kind, folder, runtime)
    found = answer(kind, name, runtime)
    assert said(found) == said(expected)
    assert (found.source.backend, found.source.dtype) == (expected.source.backend, expected.source.dtype)
    takes_export = runtime.backend == "onnx" and made != ("writer", "others")
    files = {file.name for file in folder.glob("*.onnx*")} if takes_export else {"model.safetensors"}
    assert fetched(hub) == files


def test_the_other_kind_of_weights_is_never_taken_for_want_of_a_network(
    hub: LocalHub, exports: dict[str, Path], tmp_path: Path
) -> None:
    hub.create("org/both", both(exports, "classifier", tmp_path / "both"))
    first = answer("classifier", "org/both", ONNX)
    with pytest.raises(errors.OfflineError, match="of it the cache holds commit"):
        answer("classifier", "org/both", hfkit.Runtime(device="cpu", offline=True))
    assert said(answer("classifier", "org/both", hfkit.Runtime(backend="onnx", offline=True))) == said(first)
    weights = answer("classifier", f"org/both@{first.source.revision}", CPU)
    assert weights.source.dtype == "float32"
    hub.forget_requests()
    assert answer("classifier", f"org/both@{first.source.revision}", ONNX).source == first.source
    assert not hub.requests, "both are here now"


def test_a_cache_that_others_filled_is_asked_about_once(
    hub: LocalHub, exports: dict[str, Path], tmp_path: Path
) -> None:
    """Fetched file by file, nobody knows whether the repository holds an export too, or how its vectors are pooled."""
    commit = hub.create("org/pieces", both(exports, "classifier", tmp_path / "both")).branches["main"]
    name = f"org/pieces@{commit}"
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
        hf_hub_download("org/pieces", file, revision=commit)
    assert answer("classifier", name, CPU).source.backend == "torch"
    hub.forget_requests()
    assert answer("classifier", name, CPU).source.backend == "torch"
    assert not hub.requests
    assert answer("classifier", name, ONNX).source.dtype == "int8"
    hub.forget_requests()
    assert answer("classifier", name, ONNX).source.dtype == "int8"
    assert not hub.requests


def test_a_base_is_fetched_with_its_weights(hub: LocalHub, exports: dict[str, Path], tmp_path: Path) -> None:
    """An export of the base would be no use: the adapter is not in it."""
    hub.create("org/base", both(exports, "classifier", tmp_path / "both"))
    adapter = {"peft_type": "LORA", "base_model_name_or_path": "org/base"}
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(adapter))
    base = locate_model(tmp_path / "adapter", ONNX).base
    assert base is not None
    assert (base.path / "model.safetensors").is_file()
    assert not [*base.path.glob("*.onnx")]
