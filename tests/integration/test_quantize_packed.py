"""Quantize with torchao and bitsandbytes: what is kept opens in another process with the same numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

import hfkit
from hfkit import errors
from hfkit.backends.torch import quantized
from hfkit.backends.torch.decoding_batch import DecodingBatch
from hfkit.backends.torch.loading import load_model
from hfkit.backends.torch.quantized import never_repack
from hfkit.backends.torch.tasks import SEQUENCE_CLASSIFICATION
from hfkit.hub.resolve import resolve
from hfkit.jobs.quantizing import packing, planning
from hfkit.jobs.quantizing.making import make_smaller
from hfkit.jobs.quantizing.verbs import verb_of
from hfkit.testing import (
    write_tiny_classifier,
    write_tiny_embedder,
    write_tiny_reader,
    write_tiny_tagger,
    write_tiny_translator,
    write_tiny_writer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hfkit.testing import TinyWriterFamily
    from hfkit.values.schemes import Scheme

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")
TEXTS = [f"it was a {word} story, number {number}" for number in range(3) for word in ("good", "bad")]
SCHEMES: tuple[hfkit.Torchao | hfkit.BitsAndBytes, ...] = (
    hfkit.Torchao("int8"),
    hfkit.Torchao("int8_dynamic"),
    hfkit.Torchao("float8"),
    hfkit.BitsAndBytes("int8"),
    hfkit.BitsAndBytes("nf4"),
    hfkit.BitsAndBytes("fp4"),
)

FAMILIES = ("bert", "xlnet")
"""Two encoders: the tensors of the second belong in part to the model itself, over which torchao alone would fail."""


@dataclass(frozen=True)
class Made:
    """A result, and what it was made from."""

    scheme: hfkit.Torchao | hfkit.BitsAndBytes
    original: Path
    folder: Path

    @property
    def bits(self) -> str:
        return self.scheme.bits

    @property
    def library(self) -> str:
        return type(self.scheme).__name__.lower()

    @property
    def plan(self) -> hfkit.QuantizePlan:
        return hfkit.Quantize(self.original, scheme=self.scheme, runtime=RUNTIME).plan()


def make(model: Path, scheme: hfkit.Torchao | hfkit.BitsAndBytes, folder: Path) -> Made:
    """Make a result in this process: the proof is tested below, once for each library."""
    found = resolve(model, offline=True)
    make_smaller(found, verb_of(found), scheme, RUNTIME, folder)
    return Made(scheme, model, folder)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("classifier") / "model")


@pytest.fixture(scope="module")
def all_made(classifier: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Scheme, Made]:
    folder = tmp_path_factory.mktemp("made")
    return {scheme: make(classifier, scheme, folder / str(place)) for place, scheme in enumerate(SCHEMES)}


@pytest.fixture(scope="module", params=SCHEMES, ids=repr)
def made(request: pytest.FixtureRequest, all_made: dict[Scheme, Made]) -> Made:
    return all_made[request.param]


def logits(folder: Path) -> list[list[float]]:
    results = hfkit.Classify(folder, activation="none", runtime=RUNTIME).batch(TEXTS)
    return [[score.score for score in sorted(r.scores, key=lambda one: one.label)] for r in results]


def test_a_result_opens_and_says_what_it_is(made: Made) -> None:
    source = hfkit.Classify(made.folder, runtime=RUNTIME).source
    assert (source.backend, source.dtype) == ("torch", made.bits)
    assert made.library in dict(source.versions)
    assert source.notes == (f"the weights of its linear layers are {made.bits}, packed by {made.library}",)
    gaps = np.abs(np.array(logits(made.original)) - np.array(logits(made.folder)))
    assert 0 < gaps.max() < (1.5 if made.bits in {"nf4", "fp4"} else 0.1)


def test_logits_are_those_of_transformers(made: Made) -> None:
    """The differential test: the same folder through transformers alone."""
    tokens = hfkit.Tokenize(made.folder)(TEXTS[0])
    model = AutoModelForSequenceClassification.from_pretrained(made.folder).eval()
    never_repack(model)
    with torch.inference_mode():
        expected = model(torch.tensor([tokens.ids])).logits[0]
    names = sorted(range(3), key=lambda place: model.config.id2label[place])
    assert np.allclose(logits(made.folder)[0], expected[names], atol=1e-5)


OPENED = """
import json, sys, hfkit
texts, runtime = json.loads(sys.argv[1]), hfkit.Runtime(device="cpu", threads=1, progress="never")
for folder in sys.argv[2:]:
    results = hfkit.Classify(folder, activation="none", runtime=runtime).batch(texts)
    print(json.dumps([[score.score for score in sorted(r.scores, key=lambda one: one.label)] for r in results]))
"""


def test_another_process_reads_the_same_numbers_bit_for_bit(all_made: dict[Scheme, Made]) -> None:
    folders = [made.folder for made in all_made.values()]
    command = [sys.executable, "-W", "error", "-c", OPENED, json.dumps(TEXTS), *map(str, folders)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [json.loads(line) for line in said.stdout.splitlines()] == [logits(folder) for folder in folders]
    assert said.stderr == ""


def test_a_plan_names_what_is_packed_and_what_stays(made: Made) -> None:
    plan = made.plan
    assert len(plan.changed) == 13
    assert all(name.startswith("bert.") and name.endswith(".weight") for name in plan.changed)
    assert {(one.reason, len(one.names)) for one in plan.skipped} == {
        ("norms, biases and the like are small, and decide much", 24),
        ("it is looked up, not multiplied with", 3),
        ("it gives the logits", 1),
    }
    with safe_open(made.folder / "model.safetensors", framework="pt") as weights:
        kept = set(weights.keys())
    assert {name for one in plan.skipped for name in one.names} <= kept
    size = sum(file.stat().st_size for file in made.folder.iterdir())
    assert plan.expected_bytes == pytest.approx(size, rel=0.15)


def test_a_forward_pass_spoils_nothing(made: Made) -> None:
    """bitsandbytes 0.50 lays 4-bit weights out anew on some processors, and is wrong from then on."""
    model = load_model(resolve(made.folder, offline=True), RUNTIME, SEQUENCE_CLASSIFICATION).model
    before = {name: _bytes(tensor) for name, tensor in _numbers(model)}
    with torch.inference_mode():
        for _ in range(2):
            model(torch.arange(5, 37).view(2, 16))
    after = dict(_numbers(model))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], _bytes(tensor)) for name, tensor in after.items())


def _numbers(model: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    for name, tensor in model.state_dict().items():
        if hasattr(tensor, "__tensor_flatten__"):
            yield from (
                (f"{name}.{inner}", getattr(tensor, inner)) for inner in tensor.__tensor_flatten__()[0]
            )
        else:
            yield name, tensor


def test_what_is_saved_after_a_forward_pass_is_the_same(made: Made, tmp_path: Path) -> None:
    """The same model packed by hand, run, and saved: transformers saves it wrong without what hfkit does."""
    model = AutoModelForSequenceClassification.from_pretrained(
        made.original,
        dtype=torch.float32,
        device_map={"": "cpu"},
        quantization_config=packing.packing_settings(made.scheme, ["classifier"], torch.float32),
    ).eval()
    never_repack(model)
    with torch.inference_mode():
        model(torch.arange(5, 37).view(2, 16))
    model.save_pretrained(tmp_path / "again")
    files = [folder / "model.safetensors" for folder in (made.folder, tmp_path / "again")]
    with safe_open(files[0], framework="pt") as before, safe_open(files[1], framework="pt") as after:
        assert set(before.keys()) == set(after.keys())
        for name in before.keys():  # noqa: SIM118
            assert torch.equal(_bytes(before.get_tensor(name)), _bytes(after.get_tensor(name)))


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.reshape(-1).clone().view(torch.uint8)


def test_a_result_is_what_was_measured(classifier: Path, tmp_path: Path) -> None:
    quantize = hfkit.Quantize(
        classifier, scheme=hfkit.Torchao("int8_dynamic"), min_agreement=None, rounds=1, runtime=RUNTIME
    )
    report = quantize(
        hfkit.Labelled(train=[{"text": text, "label": "neutral"} for text in TEXTS]), tmp_path / "out"
    )
    gaps = np.abs(np.array(logits(classifier)) - np.array(logits(tmp_path / "out")))
    assert report.largest_change == pytest.approx(gaps.max(), abs=1e-5)
    assert report.metric is not None
    assert report.result.source == hfkit.Classify(tmp_path / "out", runtime=RUNTIME).source
    sizes = {file.name: file.stat().st_size for file in (tmp_path / "out").iterdir()}
    assert report.result.bytes == sum(
        size for name, size in sizes.items() if name not in {"quantizing.json", "README.md"}
    )
    with safe_open(tmp_path / "out" / "model.safetensors", framework="pt") as weights:
        stored = sum(weights.get_tensor(name).nbytes for name in weights.keys())  # noqa: SIM118
    assert stored <= report.result.weight_bytes < 1.1 * stored
    assert report.plan == quantize.plan()


def test_a_writer_stored_in_16_bits(tmp_path: Path) -> None:
    model = write_tiny_writer(tmp_path / "writer", family="llama")
    AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16).save_pretrained(model)
    data = hfkit.Texts(train=[{"text": text} for text in TEXTS])
    scheme = hfkit.BitsAndBytes("nf4")
    # Weights of chance foresee nothing: how much worse they do so says nothing either.
    quantize = hfkit.Quantize(
        model, scheme=scheme, min_agreement=None, max_metric_drop=None, rounds=1, runtime=RUNTIME
    )
    report = quantize(data, tmp_path / "out")
    assert report.metric is not None
    assert report.metric.name == "perplexity"
    with safe_open(tmp_path / "out" / "model.safetensors", framework="pt") as weights:
        assert weights.get_tensor("model.norm.weight").dtype == torch.bfloat16
    written = hfkit.Generate(tmp_path / "out", max_new_tokens=3, runtime=RUNTIME)("it was")
    assert written.source == report.result.source
    assert report.plan.expected_bytes == pytest.approx(report.result.bytes, rel=0.15)


@pytest.mark.parametrize("bits", ["int8", "int8_dynamic"])
def test_a_writer_whose_products_by_torchao_leave_float16(
    bits: Literal["int8", "int8_dynamic"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_tiny_writer(tmp_path / "writer", family="llama")
    model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float16)
    for layer in model.model.layers:
        layer.input_layernorm.weight.data.fill_(1000.0)  # times a weight it is below 65,504, times 127 above
    model.save_pretrained(source)
    made = make(source, hfkit.Torchao(bits), tmp_path / "out")
    assert made.plan.notes == (
        "what is not packed becomes bfloat16: products with whole numbers by torchao leave the range of float16",
    )
    with safe_open(made.folder / "model.safetensors", framework="pt") as weights:
        assert weights.get_tensor("model.norm.weight").dtype == torch.bfloat16
    written = hfkit.Generate(made.folder, max_new_tokens=3, runtime=RUNTIME)("it was")
    assert written.source.dtype == bits
    half = hfkit.Runtime(device="cpu", threads=1, dtype="float16")
    hfkit.Generate(source, runtime=half).load()  # the model itself stays in the range
    monkeypatch.setattr(packing, "rest_of", lambda *_: "float16")
    left = make(source, hfkit.Torchao(bits), tmp_path / "left")
    with pytest.raises(errors.ModelError) as caught:
        hfkit.Generate(left.folder, runtime=RUNTIME).load()
    assert caught.value.message == f"LlamaForCausalLM gives numbers that are not finite in {bits}"
    assert caught.value.hint == "make it anew with hfkit.Quantize, or use the model that it was made from"


@pytest.mark.parametrize("scheme", SCHEMES, ids=repr)
@pytest.mark.parametrize("family", ["llama", "opt", "bloom", "t5", "bart"])
def test_a_packed_writer_remembers(
    scheme: hfkit.Torchao | hfkit.BitsAndBytes, family: TinyWriterFamily, tmp_path: Path
) -> None:
    made = make(write_tiny_writer(tmp_path / "writer", family=family), scheme, tmp_path / "out")
    assert hfkit.Generate(made.folder, max_new_tokens=3, runtime=RUNTIME)("it was").source.dtype == made.bits


def test_a_packed_writer_that_goes_on_otherwise_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(write_tiny_writer(tmp_path / "writer", family="llama"), hfkit.Torchao(), tmp_path / "out")
    write = DecodingBatch.write
    monkeypatch.setattr(DecodingBatch, "write", lambda batch, ids: np.roll(write(batch, ids), 1, axis=-1))
    with pytest.raises(errors.ModelError, match="goes on otherwise after one token than after all at once"):
        hfkit.Generate(made.folder, runtime=RUNTIME).load()


def test_layers_of_gpt2(tmp_path: Path) -> None:
    model = write_tiny_writer(tmp_path / "writer")
    with pytest.raises(errors.ModelError, match="torchao packs no Conv1D, the layers of GPT-2"):
        hfkit.Quantize(model, scheme=hfkit.Torchao(), runtime=RUNTIME).plan()
    made = make(model, hfkit.BitsAndBytes("int8"), tmp_path / "out")
    assert len(made.plan.changed) == 8
    one, other = (
        hfkit.Generate(folder, max_new_tokens=1, logprobs=1, runtime=RUNTIME)
        for folder in (model, made.folder)
    )
    texts = [generate("it was").continuations[0].logprobs for generate in (one, other)]
    assert texts[0] is not None
    assert texts[1] is not None
    assert texts[0][0].logprob == pytest.approx(texts[1][0].logprob, abs=0.2)


def test_a_reader(tmp_path: Path) -> None:
    made = make(write_tiny_reader(tmp_path / "reader"), hfkit.BitsAndBytes("fp4"), tmp_path / "out")
    reasons = {(one.reason, one.names) for one in made.plan.skipped}
    assert ("it gives the logits", ("qa_outputs.weight",)) in reasons
    question = hfkit.Question("who was born ?", context="anna was born in 1914 .")
    assert hfkit.Answer(made.folder, runtime=RUNTIME)(question).source.dtype == "fp4"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("scheme", SCHEMES, ids=repr)
def test_a_tagger(
    scheme: hfkit.Torchao | hfkit.BitsAndBytes, family: Literal["bert", "xlnet"], tmp_path: Path
) -> None:
    made = make(write_tiny_tagger(tmp_path / "tagger", family=family), scheme, tmp_path / "out")
    full, small = (hfkit.Tag(folder, runtime=RUNTIME) for folder in (made.original, made.folder))
    assert small.source.dtype == made.bits
    assert {one.reason: one.names for one in made.plan.skipped}["it gives the logits"] == (
        "classifier.weight",
    )
    for one, other in zip(full.batch(TEXTS), small.batch(TEXTS), strict=True):
        assert [word.text for word in one.words] == [word.text for word in other.words]
        gaps = [abs(before.score - after.score) for before, after in zip(one.words, other.words, strict=True)]
        assert 0 < sum(gaps) / len(gaps) < 0.2


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("scheme", SCHEMES, ids=repr)
def test_an_embedder(
    scheme: hfkit.Torchao | hfkit.BitsAndBytes,
    family: Literal["bert", "xlnet"],
    tmp_path: Path,
    write_pooling: Callable[[Path], None],
) -> None:
    model = write_tiny_embedder(tmp_path / "embedder", family=family)
    write_pooling(model)
    made = make(model, scheme, tmp_path / "out")
    full, small = (hfkit.Embed(folder, runtime=RUNTIME) for folder in (made.original, made.folder))
    assert small.source.dtype == made.bits
    one, other = (embed.batch(TEXTS).to_numpy() for embed in (full, small))
    for vectors in (one, other):
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    cosines = (one * other).sum(axis=1)
    assert 0.9 < cosines.min() < 1


def test_an_encoder_decoder(tmp_path: Path) -> None:
    made = make(write_tiny_translator(tmp_path / "model"), hfkit.Torchao(), tmp_path / "out")
    written = hfkit.Generate(made.folder, max_new_tokens=3, runtime=RUNTIME)("it was")
    assert written.source.dtype == "int8"


def test_an_adapter_becomes_a_whole_model(classifier: Path, tmp_path: Path) -> None:
    lora = hfkit.Tune(classifier, method=hfkit.Lora(rank=2), steps=1, runtime=RUNTIME)
    rows = [{"text": text, "label": "long" if number % 2 else "short"} for number, text in enumerate(TEXTS)]
    lora(hfkit.Labelled(train=rows), tmp_path / "adapter")
    made = make(tmp_path / "adapter", hfkit.Torchao(), tmp_path / "out" / "model")
    assert hfkit.Classify(made.folder, runtime=RUNTIME).labels == ("long", "short")
    assert np.allclose(np.array(logits(made.original)), np.array(logits(made.folder)), atol=0.1)
    assert made.plan.notes == (f"the adapter is merged into {classifier}, and the result is a whole model",)


class TestRefusals:
    """What is not begun."""

    def test_a_model_that_is_packed(self, made: Made) -> None:
        for scheme in (made.scheme, hfkit.Int8(), hfkit.Cast()):
            with pytest.raises(errors.ModelError, match="is quantized already, as its config"):
                hfkit.Quantize(made.folder, scheme=scheme, runtime=RUNTIME).plan()

    def test_another_number_type_of_what_is_packed(self, made: Made) -> None:
        runtime = hfkit.Runtime(device="cpu", dtype="bfloat16")
        with pytest.raises(
            errors.SettingError, match=r"dtype is 'bfloat16' and the weights of .* must be 'auto' then"
        ):
            hfkit.Classify(made.folder, runtime=runtime).load()

    def test_an_export_of_what_is_packed(self, made: Made) -> None:
        with pytest.raises(errors.ModelError, match="cannot be exported"):
            hfkit.Classify(made.folder, runtime=hfkit.Runtime(backend="onnx")).load()

    @pytest.mark.parametrize("scheme", [hfkit.Torchao(), hfkit.BitsAndBytes()], ids=repr)
    def test_a_package_that_is_missing(
        self, scheme: Scheme, classifier: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        library = type(scheme).__name__.lower()
        monkeypatch.setattr(planning, "find_spec", lambda name: None if name == library else name)
        with pytest.raises(errors.MissingDependencyError) as caught:
            hfkit.Quantize(classifier, scheme=scheme, runtime=RUNTIME).plan()
        assert caught.value.message == f"{scheme!r} needs {library}, which is not installed"
        assert caught.value.hint == (
            f"pip install 'hfkit[{library}]', or use scheme=hfkit.Cast('bfloat16'), which needs torch alone"
        )

    def test_a_package_that_is_missing_where_a_result_is_opened(
        self, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(quantized, "find_spec", lambda _: None)
        library = type(made.scheme).__name__.lower()
        with pytest.raises(
            errors.MissingDependencyError, match=f"by {library}, which is not installed"
        ) as caught:
            hfkit.Classify(made.folder, runtime=RUNTIME).load()
        assert caught.value.hint == f"pip install 'hfkit[{made.library}]'"

    def test_a_machine_that_cannot(self, classifier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("no kernel for float8\nand much more")

        monkeypatch.setattr(packing, "_tried", fail)
        with pytest.raises(errors.DeviceError) as caught:
            hfkit.Quantize(classifier, scheme=hfkit.Torchao("float8"), runtime=RUNTIME).plan()
        assert caught.value.message == "Torchao(bits='float8') does not run on cpu here: no kernel for float8"
        assert caught.value.hint == "use scheme=hfkit.Cast('bfloat16'), or hfkit.Int8() on a processor"
