"""PEFT folders open like models: base found, head found, merged."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch
from peft import LoraConfig, PeftModel, PromptTuningConfig, TaskType, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

import hfkit
from hfkit import errors

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

TEXTS = ["a good movie", "never a dull story", "bad", "the plot was poor and the actor sad"]


@pytest.fixture(scope="module")
def base(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder without a head, as one downloads it."""
    folder = shutil.copytree(tiny_bert, tmp_path_factory.mktemp("adapters") / "base")
    encoder: Any = AutoModel.from_pretrained(folder)
    encoder.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapter(base: Path) -> Path:
    """An adapter with a head of four labels, saved by PEFT."""
    model: Any = AutoModelForSequenceClassification.from_pretrained(base, num_labels=4)
    config = LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=4,
        target_modules=["query", "value"],
        modules_to_save=["classifier", "pooler"],
    )
    adapted: Any = get_peft_model(model, config)
    torch.manual_seed(0)
    for name, parameter in adapted.named_parameters():
        if "lora_" in name or "modules_to_save" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    folder = base.parent / "adapter"
    adapted.save_pretrained(folder)
    return folder


def test_an_adapter_scores_as_peft(adapter: Path, base: Path) -> None:
    model: Any = AutoModelForSequenceClassification.from_pretrained(base, num_labels=4)
    model = PeftModel.from_pretrained(model, str(adapter)).eval()
    tokenizer: Any = AutoTokenizer.from_pretrained(base)
    results = hfkit.Classify(adapter).batch(TEXTS)
    for text, result in zip(TEXTS, results, strict=True):
        with torch.inference_mode():
            expected = model(**tokenizer(text, return_tensors="pt")).logits[0].softmax(-1)
        for number, score in enumerate(expected.tolist()):
            assert result.score_of(f"LABEL_{number}") == pytest.approx(score, abs=1e-5)


def test_the_source_names_the_base(adapter: Path, base: Path) -> None:
    source = hfkit.Classify(adapter).source
    assert source.model == str(adapter.resolve())
    assert source.base is not None
    assert source.base.startswith(f"{base.resolve()}@sha256:")


def test_a_config_beside_the_adapter_names_its_labels(adapter: Path, base: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(adapter, tmp_path / "named")
    config = json.loads((base / "config.json").read_text())
    labels = ["anger", "joy", "fear", "love"]
    (folder / "config.json").write_text(json.dumps(config | {"id2label": dict(enumerate(labels))}))
    assert set(hfkit.Classify(folder).labels) == set(labels)


def test_an_adapter_without_its_head_is_refused(adapter: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(adapter, tmp_path / "headless")
    weights = load_file(folder / "adapter_model.safetensors")
    save_file(
        {name: tensor for name, tensor in weights.items() if "classifier" not in name},
        folder / "adapter_model.safetensors",
    )
    with pytest.raises(errors.ModelError):
        hfkit.Classify(folder).load()


def test_an_adapter_of_another_base_is_refused(adapter: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(adapter, tmp_path / "misfit")
    weights = load_file(folder / "adapter_model.safetensors")
    save_file(
        {
            name: torch.ones(tensor.shape[0], 7) if "lora_A" in name else tensor
            for name, tensor in weights.items()
        },
        folder / "adapter_model.safetensors",
    )
    with pytest.raises(errors.CorruptModelError, match="does not fit its base"):
        hfkit.Classify(folder).load()


def _rebase(folder: Path, base: str) -> Path:
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"base_model_name_or_path": base}))
    return folder


def test_a_relative_base_is_looked_for_from_the_adapter(
    adapter: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(base, tmp_path / "base")
    folder = _rebase(shutil.copytree(adapter, tmp_path / "moved"), "../base")
    monkeypatch.chdir("/")
    source = hfkit.Classify(folder)("good").source
    assert source.base is not None
    assert source.base.startswith(f"{tmp_path / 'base'}@sha256:")


@pytest.mark.parametrize("which", ["itself", "another"])
def test_an_adapter_on_an_adapter_is_refused(which: str, adapter: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(adapter, tmp_path / "stacked")
    _rebase(folder, str(folder if which == "itself" else adapter))
    with pytest.raises(errors.CorruptModelError, match="is an adapter too"):
        hfkit.Classify(folder).load()


def test_a_prompt_is_no_adapter_that_can_be_merged(base: Path, tmp_path: Path) -> None:
    model: Any = AutoModelForSequenceClassification.from_pretrained(base, num_labels=2)
    prompted: Any = get_peft_model(
        model, PromptTuningConfig(task_type=TaskType.SEQ_CLS, num_virtual_tokens=2)
    )
    prompted.save_pretrained(tmp_path / "prompt")
    with pytest.raises(errors.ModelError, match="of a kind that cannot be merged"):
        hfkit.Classify(tmp_path / "prompt").load()


def test_an_adapter_that_names_no_base_is_refused(adapter: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(adapter, tmp_path / "baseless")
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"base_model_name_or_path": None}))
    with pytest.raises(errors.CorruptModelError, match="names no base model"):
        hfkit.Classify(folder).load()


def test_an_adapter_with_pickled_weights_is_refused(adapter: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(adapter, tmp_path / "pickled")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(errors.UnsafeWeightsError, match=r"adapter_model\.bin"):
        hfkit.Classify(folder).load()


def test_without_peft_the_install_line_is_named(adapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "peft", None)
    with pytest.raises(errors.MissingDependencyError) as caught:
        hfkit.Classify(adapter, runtime=hfkit.Runtime(threads=2)).load()
    assert caught.value.hint == "pip install 'hfkit[tune]'"
