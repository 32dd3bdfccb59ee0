"""Tune beside 4 bits: the base stays as it was, and what was trained is an adapter of the base itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import hfkit
from hfkit import errors
from hfkit.backends.torch.tasks import CAUSAL_WRITING, SEQUENCE_CLASSIFICATION
from hfkit.hub.resolve import resolve
from hfkit.jobs.tuning import running
from hfkit.jobs.tuning.adapting import adapt
from hfkit.jobs.tuning.bases import Base, open_base
from hfkit.jobs.tuning.four_bits import Packing, count_numbers, held_bytes, packing_of
from hfkit.jobs.tuning.results import copy_tokenizer, write_model
from hfkit.testing import write_tiny_classifier, write_tiny_writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedModel

# peft 0.21 asks transformers 5.23 for a name that is about to go.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")
LABELS = {"id2label": {0: "hated", 1: "liked"}, "label2id": {"hated": 0, "liked": 1}}
CPU = torch.device("cpu")


def reviews(count: int, *, start: int = 0) -> list[dict[str, object]]:
    good, bad = ["good", "great", "funny", "happy"], ["bad", "dull", "sad", "poor"]
    return [
        {
            "text": f"a {(good if number % 2 else bad)[number // 2 % 4]} film " + "with the " * (number % 5),
            "label": "liked" if number % 2 else "hated",
        }
        for number in range(start, start + count)
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def data() -> hfkit.Labelled:
    return hfkit.Labelled(train=reviews(64), validation=reviews(16, start=100))


@pytest.fixture
def tune(base: Path) -> hfkit.Tune:
    return hfkit.Tune(
        base, method=hfkit.QLora(rank=8), epochs=12, batch_size=8, learning_rate=1e-2, runtime=RUNTIME
    )


def packed(model: torch.nn.Module) -> Mapping[str, tuple[torch.Tensor, ...]]:
    """Give the bytes and the scales of every weight that is held in 4 bits, by its name in the base."""
    found = {}
    for name, weight in model.named_parameters():
        state = getattr(weight, "quant_state", None)
        if state is not None:
            scales = [scale for scale in state.as_dict().values() if isinstance(scale, torch.Tensor)]
            own = name.removeprefix("base_model.model.").replace(".base_layer", "")
            found[own] = tuple(part.detach().clone() for part in (weight.data, *scales))
    return found


def same(one: Mapping[str, tuple[torch.Tensor, ...]], other: Mapping[str, tuple[torch.Tensor, ...]]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(first, second)
        for name in one
        for first, second in zip(one[name], other[name], strict=True)
    )


def opened(folder: Path, *, seed: int = 0) -> Base:
    found = resolve(folder, offline=True)
    return open_base(found, RUNTIME, SEQUENCE_CLASSIFICATION, LABELS, seed=seed, packing=Packing("nf4", CPU))


def test_small_matrices_learn_beside_a_base_that_stays_bit_for_bit(
    tune: hfkit.Tune, base: Path, data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through every evaluation: there bitsandbytes would lay the weights out anew on some processors."""
    trained: list[PreTrainedModel] = []

    def keep(model: PreTrainedModel, *others: Any) -> None:
        trained.append(model)
        write_model(model, *others)

    monkeypatch.setattr(running, "write_model", keep)
    report = tune(data, tmp_path / "out")
    assert len(report.states) == 12
    losses = [loss for _, loss in report.losses]
    assert sum(losses[-8:]) < 0.7 * sum(losses[:8])
    assert len(packed(trained[0])) == 13
    assert same(packed(trained[0]), packed(opened(base).model))
    assert not [name for name in packed(trained[0]) if "classifier" in name]


def test_what_was_trained_is_an_adapter_of_the_base_itself(
    tune: hfkit.Tune, base: Path, data: hfkit.Labelled, tmp_path: Path
) -> None:
    report = tune(data, tmp_path / "out")
    assert report.plan.notes == (
        "figures are measured over the base in 4 bits, and the result is used over the whole base: evaluate it",
    )
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    adapter = json.loads((tmp_path / "out" / "adapter_config.json").read_text())
    assert "quantization_config" not in config
    assert (adapter["base_model_name_or_path"], adapter["revision"]) == (str(base), None)
    assert not list((tmp_path / "out").glob("model*"))
    evaluated = hfkit.Evaluate(tmp_path / "out", split="validation", runtime=RUNTIME)(data)
    assert evaluated.accuracy.value > 0.9

    plain: Any = AutoModelForSequenceClassification.from_pretrained(
        base, num_labels=2, ignore_mismatched_sizes=True
    )
    model = PeftModel.from_pretrained(plain, str(tmp_path / "out")).eval()
    tokenizer: Any = AutoTokenizer.from_pretrained(tmp_path / "out")
    classify = hfkit.Classify(tmp_path / "out", top_k=None, runtime=RUNTIME)
    for text in ("a good film", "a dull film with the"):
        with torch.inference_mode():
            expected = model(**tokenizer(text, return_tensors="pt")).logits[0].softmax(-1)
        result = classify(text)
        assert {score.label: pytest.approx(score.score, abs=1e-5) for score in result.scores} == dict(
            zip(("hated", "liked"), expected.tolist(), strict=True)
        )


def test_what_is_written_after_a_forward_pass_is_what_was_in_memory(base: Path, tmp_path: Path) -> None:
    found = resolve(base, offline=True)
    settings = hfkit.Tune(base, method=hfkit.QLora(rank=4), runtime=RUNTIME)
    model = adapt(opened(base), settings, found)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.1)
    before = packed(model)
    ids = torch.arange(5, 25).reshape(2, 10)
    with torch.inference_mode():
        logits = model.eval()(input_ids=ids).logits  # type: ignore[no-untyped-call]
    write_model(model, settings.method, tmp_path / "out")
    assert same(before, packed(model))
    live = {
        name.replace(".modules_to_save", "").replace(".default", ""): value
        for name, value in model.state_dict().items()
        if ".default." in name
    }
    saved = load_file(tmp_path / "out" / "adapter_model.safetensors")
    assert saved.keys() == live.keys()
    assert all(torch.equal(saved[name], live[name]) for name in saved)
    again = PeftModel.from_pretrained(opened(base, seed=9).model, str(tmp_path / "out")).eval()
    with torch.inference_mode():
        assert torch.equal(again(input_ids=ids).logits, logits)
        assert torch.equal(model(input_ids=ids).logits, logits)


@pytest.mark.parametrize("method", [hfkit.QLora(rank=4), hfkit.Lora(rank=4)])
def test_what_the_base_lacks_goes_with_the_adapter(
    method: hfkit.Lora | hfkit.QLora, base: Path, data: hfkit.Labelled, tune: hfkit.Tune, tmp_path: Path
) -> None:
    """A base without its pooler, as after masked language modelling: it is drawn, trained whole, and saved."""
    lacking = tmp_path / "base"
    lacking.mkdir()
    for file in base.iterdir():
        (lacking / file.name).write_bytes(file.read_bytes())
    weights = load_file(base / "model.safetensors")
    save_file(
        {name: weight for name, weight in weights.items() if "pooler" not in name},
        lacking / "model.safetensors",
        metadata={"format": "pt"},
    )
    report = tune.with_(base=lacking, method=method, epochs=4)(data, tmp_path / "out")
    assert [name for name in report.plan.new if "pooler" in name] == [
        "bert.pooler.dense.bias",
        "bert.pooler.dense.weight",
    ]
    saved = load_file(tmp_path / "out" / "adapter_model.safetensors")
    assert "base_model.model.bert.pooler.dense.weight" in saved
    assert not [name for name in saved if "pooler" in name and "lora" in name]
    assert report.best is not None
    evaluated = hfkit.Evaluate(tmp_path / "out", split="validation", runtime=RUNTIME)(data)
    if isinstance(method, hfkit.Lora):
        assert evaluated.accuracy.value == pytest.approx(report.best.figure("accuracy"))


def test_an_adapter_names_the_commit_of_its_base(base: Path) -> None:
    from dataclasses import replace

    found = replace(resolve(base, offline=True), name="org/name", revision="c0ffee", stamp=())
    settings = hfkit.Tune("org/name", method=hfkit.QLora(rank=4))
    model: Any = adapt(opened(base), settings, found)
    config = model.peft_config["default"]
    assert (config.base_model_name_or_path, config.revision) == ("org/name", "c0ffee")


def test_a_plan_counts_numbers_and_bytes(tune: hfkit.Tune, base: Path, data: hfkit.Labelled) -> None:
    plan, other = (tune.with_(method=method).plan(data) for method in (hfkit.QLora(), hfkit.Lora()))
    assert (plan.parameters, plan.trainable, plan.targets) == (
        other.parameters,
        other.trainable,
        other.targets,
    )
    weight = opened(base).model.get_parameter("bert.encoder.layer.0.intermediate.dense.weight")
    assert weight.numel() == 64 * 32 // 2
    assert count_numbers(weight) == 64 * 32
    assert 64 * 32 // 2 < held_bytes(weight) < 64 * 32 // 2 + 2048  # scales, and what the 16 values stand for
    whole = torch.nn.Parameter(torch.zeros(3, 5))
    assert (count_numbers(whole), held_bytes(whole)) == (15, 60)


@pytest.mark.parametrize("numbers", ["nf4", "fp4"])
def test_less_memory_gives_the_same_weights(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, numbers: Any
) -> None:
    tune = tune.with_(method=hfkit.QLora(rank=4, numbers=numbers), steps=3, precision="float32")
    tune(data, tmp_path / "kept")
    tune.with_(gradient_checkpointing=True)(data, tmp_path / "anew")
    first, second = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("kept", "anew"))
    assert first.keys() == second.keys()
    assert max(float((first[name] - second[name]).abs().max()) for name in first) < 1e-6


@pytest.mark.parametrize("method", [hfkit.QLora(rank=4), hfkit.Lora(rank=4)])
def test_a_model_that_writes(method: hfkit.Lora | hfkit.QLora, tmp_path: Path) -> None:
    """GPT-2's matrices lie the other way round."""
    folder = write_tiny_writer(tmp_path / "base")
    found = resolve(folder, offline=True)
    packing = packing_of(method, CPU)
    base = open_base(found, RUNTIME, CAUSAL_WRITING, {}, seed=0, packing=packing)
    assert not [name for name in packed(base.model) if "lm_head" in name or "wte" in name]
    assert len(packed(base.model)) == (8 if packing else 0)
    settings = hfkit.Tune(folder, method=method)
    model = adapt(base, settings, found)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.5)
    write_model(model, settings.method, tmp_path / "out")
    copy_tokenizer(found, tmp_path / "out")
    plain, adapted = (
        hfkit.Generate(tmp_path / name, max_new_tokens=12, runtime=RUNTIME)("the old film")
        for name in ("base", "out")
    )
    assert adapted.source.base is not None
    assert adapted.text != plain.text


def test_texts_beside_4_bits(tmp_path: Path) -> None:
    folder = write_tiny_writer(tmp_path / "base", family="llama")
    rows = [
        {"text": "the old house is old in the new city"},
        {"text": "the new house is new in the old city"},
    ] * 8
    tune = hfkit.Tune(
        folder, method=hfkit.QLora(rank=8), epochs=15, batch_size=4, learning_rate=1e-2, runtime=RUNTIME
    )
    report = tune(hfkit.Texts(train=rows, validation=rows[:2]), tmp_path / "out")
    assert report.states[-1].figure("loss") < 0.5 * report.states[0].figure("loss")
    generate = hfkit.Generate(tmp_path / "out", max_new_tokens=4, runtime=RUNTIME)
    assert generate("the old house is").source.base is not None


def test_without_bitsandbytes_the_install_line_is_named(
    tune: hfkit.Tune, data: hfkit.Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    with pytest.raises(errors.MissingDependencyError) as caught:
        tune.plan(data)
    assert caught.value.message == "4 bits are bitsandbytes', and bitsandbytes is not installed"
    assert caught.value.hint == "pip install 'hfkit[qlora]'"


_QUIET = """
import sys, hfkit
from pathlib import Path
assert "bitsandbytes" not in sys.modules
folder = Path(sys.argv[1])
data = hfkit.Labelled(train=[{"text": f"text {n}", "label": "xy"[n % 2]} for n in range(8)])
for name, method in {"full": hfkit.Full(), "lora": hfkit.Lora(), "qlora": hfkit.QLora()}.items():
    tune = hfkit.Tune(sys.argv[2], method=method, steps=1, runtime=hfkit.Runtime(device="cpu", threads=1))
    tune(data, folder / name)
    hfkit.Classify(folder / name, runtime=tune.runtime)("text")
"""


def test_nothing_is_printed_by_any_method(base: Path, tmp_path: Path) -> None:
    """In a process of its own: bitsandbytes speaks when it is imported, and peft imports it wherever it is there."""
    done = subprocess.run(
        [sys.executable, "-c", _QUIET, str(tmp_path), str(base)], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
