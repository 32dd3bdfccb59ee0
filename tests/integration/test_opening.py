"""What the torch backend opens, and what it refuses with which error."""

from __future__ import annotations

import json
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForQuestionAnswering

import hfkit
from hfkit import errors
from hfkit.backends.torch.trust import check_code
from hfkit.hub.folder import ModelFolder
from hfkit.testing import write_tiny_classifier

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tiny_bert: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return shutil.copytree(tiny_bert, tmp_path / "model")


def _opening(folder: Path | str, **runtime: Any) -> Any:
    return hfkit.Classify(folder, runtime=hfkit.Runtime(offline=True, **runtime)).load()


def _edit_config(folder: Path, **changes: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(errors.ModelNotFoundError) as caught:
        _opening(tmp_path / "nowhere")
    assert caught.value.message == f"'{tmp_path / 'nowhere'}' is not there, must be a model folder"
    with pytest.raises(FileNotFoundError, match="must be a model folder"):
        _opening("./nowhere")


def test_a_file_is_no_folder(folder: Path) -> None:
    with pytest.raises(errors.ModelNotFoundError, match="is a file, must be a model folder"):
        _opening(folder / "config.json")


def test_a_malformed_name() -> None:
    with pytest.raises(errors.SettingError, match="model 'what is this' is neither a folder"):
        _opening("what is this")


@pytest.mark.parametrize("name", ["a--b", "org/na..me", "-foo", "org/model.git", "x" * 5000])
def test_a_name_that_no_repository_has(name: str) -> None:
    with pytest.raises(
        errors.SettingError, match="is no folder on this machine and no name that the hub allows"
    ):
        _opening(name)


def test_a_folder_without_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "optimizer.safetensors")
    with pytest.raises(errors.WeightsNotFoundError, match=r"holds no model.safetensors"):
        _opening(folder)


@pytest.mark.parametrize("name", ["model.onnx", "onnx/model.onnx"])
def test_an_export_where_weights_are_wanted(folder: Path, name: str) -> None:
    export = folder / name
    export.parent.mkdir(exist_ok=True)
    (folder / "model.safetensors").rename(export)
    with pytest.raises(
        errors.WeightsNotFoundError, match=r"holds an ONNX export and no model.safetensors"
    ) as caught:
        hfkit.Classify(folder, runtime=hfkit.Runtime(backend="torch")).load()
    assert caught.value.hint == (
        "pip install 'hfkit[onnx]', and leave backend='auto' or name 'onnx'; to train or to change it, "
        "give the model that it was made from"
    )


def test_a_folder_without_config(folder: Path) -> None:
    (folder / "config.json").unlink()
    with pytest.raises(errors.ModelNotFoundError, match=r"holds no config.json, so it is no model folder"):
        _opening(folder)


def test_a_config_that_is_no_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")
    with pytest.raises(errors.CorruptModelError, match="is no JSON"):
        _opening(folder)
    (folder / "config.json").write_text("[]")
    with pytest.raises(errors.CorruptModelError, match="holds a list, must be a JSON object"):
        _opening(folder)


def test_an_unknown_architecture(folder: Path) -> None:
    _edit_config(folder, model_type="never-heard-of")
    with pytest.raises(errors.ModelError, match="transformers cannot read"):
        _opening(folder)


def test_pickled_weights_are_refused_unread(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch /tmp/pwned'\ntR.")
    with pytest.raises(errors.UnsafeWeightsError, match=r"pickled weights only \(pytorch_model.bin\)"):
        _opening(folder)


@pytest.mark.parametrize("keep", [0, 5, 100, -100])
def test_a_truncated_weights_file(folder: Path, keep: int) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(errors.CorruptModelError, match="is truncated or damaged"):
        _opening(folder)


def test_a_model_with_another_head(folder: Path) -> None:
    shutil.copytree(folder, folder.parent / "reader")
    model: Any = AutoModelForQuestionAnswering.from_pretrained(folder)
    model.save_pretrained(folder.parent / "reader")
    with pytest.raises(errors.WrongHeadError) as caught:
        _opening(folder.parent / "reader")
    assert "was saved as ['BertForQuestionAnswering']" in caught.value.message
    assert "bert.pooler.dense.bias" in caught.value.message
    assert "BertForSequenceClassification needs: its answers would be random" in caught.value.message


def test_a_head_of_another_size(folder: Path) -> None:
    _edit_config(folder, id2label={str(n): f"label {n}" for n in range(5)})
    with pytest.raises(errors.WrongHeadError, match=r"its weights lack classifier.bias, classifier.weight"):
        _opening(folder)


def test_a_head_that_only_its_name_tells_apart(folder: Path) -> None:
    _edit_config(folder, architectures=["BertForTokenClassification"])
    with pytest.raises(errors.WrongHeadError, match=r"was saved as \['BertForTokenClassification'\]"):
        _opening(folder)


def test_weights_that_the_model_does_not_use_are_noted(folder: Path) -> None:
    _edit_config(folder, num_hidden_layers=1)
    (note,) = _opening(folder).source.notes
    assert note.startswith("the model did not use weights of its files: bert.encoder.layer.1.")


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_size": "x"},
        {"hidden_act": "nope"},
        {"num_attention_heads": 5},
        {"id2label": {"0": "a", "2": "b"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_config_that_makes_no_sense(folder: Path, change: dict[str, object]) -> None:
    _edit_config(folder, **change)
    with pytest.raises(errors.ModelError):
        _opening(folder)


def test_numbers_that_are_not_finite_are_no_answer(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights["classifier.weight"][0, 0] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(errors.BackendError, match="gives numbers that are not finite in float32"):
        _opening(folder)("good")


def test_an_architecture_without_a_classifier(folder: Path) -> None:
    _edit_config(folder, model_type="clip", architectures=["CLIPModel"], id2label={"0": "a", "1": "b"})
    with pytest.raises(errors.ModelError):
        _opening(folder)


def test_a_folder_without_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    with pytest.raises(errors.TokenizerError, match="holds no tokenizer"):
        _opening(folder)


def test_a_damaged_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(errors.TokenizerError):
        _opening(folder)


def test_a_tokenizer_of_another_model(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    name = "bert.embeddings.word_embeddings.weight"
    weights[name] = weights[name][:40].clone()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _edit_config(folder, vocab_size=40)
    with pytest.raises(errors.CorruptModelError, match=r"the tokenizer gives ids up to .*, the model has 40"):
        _opening(folder)("a story of old people in the city")


@pytest.mark.parametrize("kind", [AssertionError, IndexError])
def test_what_a_model_raises_of_its_own_is_no_fault_of_the_tokenizer(
    folder: Path, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    classify = hfkit.Classify(folder).load()

    def fail(*_: object, **__: object) -> None:
        raise kind("its own reasons")

    monkeypatch.setattr("transformers.BertForSequenceClassification.forward", fail)
    with pytest.raises(
        errors.BackendError, match="the model failed in float32 on cpu: its own reasons"
    ) as caught:
        classify("a story of old people in the city")
    assert not isinstance(caught.value, errors.CorruptModelError)


def test_code_in_the_repository_is_not_run(folder: Path) -> None:
    (folder / "modeling_own.py").write_text("raise SystemExit('ran')")
    _edit_config(folder, model_type="own", auto_map={"AutoConfig": "modeling_own.OwnConfig"})
    with pytest.raises(errors.UntrustedCodeError, match=r"wants to run code from its repository"):
        _opening(folder)


def test_trust_in_a_commit_does_not_reach_another_repository(folder: Path) -> None:
    commit = "a" * 40
    trusting = hfkit.Runtime(trust_remote_code=(f"org/model@{commit}",))
    named = ModelFolder("org/model", folder, commit, stamp=())
    _edit_config(folder, model_type="own", auto_map={"AutoConfig": "own.Config"})
    assert check_code(named, trusting)
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps({"auto_map": {"AutoTokenizer": ["elsewhere/code--own.Tokenizer", None]}}))
    with pytest.raises(
        errors.UntrustedCodeError, match="takes code from another repository, which no commit pins"
    ):
        check_code(named, trusting)


def test_transformers_own_class_is_taken_before_the_repositorys(folder: Path) -> None:
    (folder / "modeling_own.py").write_text("raise SystemExit('ran')")
    _edit_config(folder, auto_map={"AutoConfig": "modeling_own.OwnConfig"})
    assert _opening(folder)("good").label


def test_a_device_that_is_not_there(folder: Path) -> None:
    with pytest.raises(errors.DeviceError, match="device 'abacus' is not one of"):
        _opening(folder, device="abacus")
    with pytest.raises(errors.DeviceError, match="device 'cuda:77' is not on this machine"):
        _opening(folder, device="cuda:77")


def test_auto_is_float32_however_the_weights_are_stored(folder: Path) -> None:
    weights = {
        name: tensor.to(torch.bfloat16) for name, tensor in load_file(folder / "model.safetensors").items()
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _edit_config(folder, dtype="bfloat16")
    exact = _opening(folder)
    assert exact.source.dtype == "float32"
    half = _opening(folder, dtype="bfloat16")
    assert half.source.dtype == "bfloat16"
    difference = abs(exact("good").score - half("good").score_of(exact("good").label))
    assert 0 < difference < 0.05


def test_threads_are_limited_and_put_back(folder: Path) -> None:
    before = torch.get_num_threads()
    one = _opening(folder, threads=1)
    assert one("good").label == _opening(folder)("good").label
    assert torch.get_num_threads() == before
    with ThreadPoolExecutor(4) as pool:  # several at once, with different numbers
        list(pool.map(lambda n: _opening(folder, threads=1 + n % 3)("good"), range(12)))
        assert pool.submit(torch.get_num_threads).result() == before
    assert torch.get_num_threads() == before


def test_rewriting_the_file_in_place_does_not_change_an_open_model(folder: Path) -> None:
    classify = _opening(folder)
    before = classify("a good movie")
    file = folder / "model.safetensors"
    size = file.stat().st_size
    with file.open("r+b") as stream:  # the same inode, which the loader had mapped
        stream.seek(size // 2)
        stream.write(b"\xff" * (size // 2))
    assert classify("a good movie") == before


def test_the_last_holder_frees_the_weights(folder: Path) -> None:
    classify = _opening(folder)
    model = weakref.ref(classify._session._scorer._model)
    classify("good")
    classify.close()
    assert model() is None


def test_nothing_is_printed(tiny_bert: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hfkit.Classify(tiny_bert, runtime=hfkit.Runtime(dtype="float16")).load()
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_out_of_memory_halves_the_batch(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    classify = hfkit.Classify(tiny_bert, runtime=hfkit.Runtime(backend="torch", threads=2, batch_tokens=4096))
    texts = [f"movie {word}" for word in ("good", "bad", "dull", "funny", "never", "old", "new", "sad")]
    expected = [result.scores for result in classify.batch(texts)]
    model: Any = classify._session._scorer._model._model  # type: ignore[attr-defined]  # the torch scorer
    forward = model.forward
    sizes = []

    def small(input_ids: torch.Tensor, **arguments: torch.Tensor) -> object:
        sizes.append(input_ids.numel())
        if input_ids.numel() > 8:  # two of the texts
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(input_ids=input_ids, **arguments)

    monkeypatch.setattr(model, "forward", small)
    batch = classify.batch(texts)
    assert batch.statistics.splits == 2
    for result, scores in zip(batch, expected, strict=True):
        for one, other in zip(result.scores, scores, strict=True):
            assert one.score == pytest.approx(other.score, abs=1e-5)
    sizes.clear()
    classify.batch(texts)
    assert max(sizes) == 8  # what was learned is kept


def test_one_sequence_that_does_not_fit_is_an_error(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    classify = hfkit.Classify(tiny_bert, runtime=hfkit.Runtime(backend="torch", threads=2))
    model: Any = classify._session._scorer._model._model  # type: ignore[attr-defined]  # the torch scorer

    def full(**_: torch.Tensor) -> object:
        raise RuntimeError(
            "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
        )

    monkeypatch.setattr(model, "forward", full)
    with pytest.raises(errors.OutOfMemoryError, match="1 sequences of 3 tokens do not fit on cpu"):
        classify("good")


def test_generic_labels_are_reported(tmp_path: Path) -> None:
    folder = write_tiny_classifier(tmp_path / "m", labels=["LABEL_0", "LABEL_1"])
    assert _opening(folder).source.notes == (
        "labels are generic (LABEL_0, LABEL_1): the model's config does not name them",
    )
