"""The onnx backend against torch, with real models, and what it refuses with which error."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
import torch
from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException

import hfkit
from hfkit import errors
from hfkit.backends.onnx import OnnxBackend, exporting, readiness
from hfkit.backends.onnx.entries import find_entry
from hfkit.backends.onnx.forward import OnnxModel
from hfkit.backends.onnx.optimize import optimize
from hfkit.backends.onnx.probes import probes
from hfkit.backends.protocols import OpensScorers
from hfkit.backends.torch import TorchBackend
from hfkit.hub.resolve import resolve
from hfkit.testing import (
    TinyFamily,
    write_tiny_classifier,
    write_tiny_embedder,
    write_tiny_reader,
    write_tiny_tagger,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONNX, TORCH = hfkit.Runtime(backend="onnx", offline=True), hfkit.Runtime(backend="torch", offline=True)
CPU = hfkit.Runtime(device="cpu", offline=True)

# transformers has them, hfkit writes no tiny ones: only their settings are needed.
_ENCODER = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
OTHERS: dict[str, dict[str, object]] = {
    "albert": {"embedding_size": 16},
    "deberta-v2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "position_buckets": 16},
    "mpnet": {},
    "modernbert": {
        "local_attention": 8,
        **dict.fromkeys(("eos_token_id", "sep_token_id", "bos_token_id", "cls_token_id"), 3),
    },
}


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that is exported."""
    folder = write_tiny_classifier(tmp_path_factory.mktemp("bert") / "model", seed=11)
    hfkit.Classify(folder, runtime=ONNX).load()
    return folder


def write_other(folder: Path, family: str) -> Path:
    """Write a classifier of a family with BERT's tokenizer."""
    from transformers import AutoConfig, AutoModelForSequenceClassification

    from hfkit.testing.tokenizers import write_word_pieces

    size = write_word_pieces(folder, limit=64)
    settings = {**_ENCODER, "vocab_size": size, "pad_token_id": 0, "max_position_embeddings": 66}
    config: Any = AutoConfig.for_model(family, **settings, **OTHERS[family])
    config.id2label = {0: "a", 1: "b", 2: "c"}
    model: Any = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.2)
    model.save_pretrained(folder)
    return folder


def logits_agree(folder: Path) -> None:
    """Compare the two backends' logits on rows of mixed length, and their limits."""
    found, runtime = resolve(folder, offline=True), CPU
    one, other = (backend.open_scorer(found, runtime) for backend in (TorchBackend(), OnnxBackend()))
    assert other.card.max_tokens == one.card.max_tokens
    assert (other.card.labels, other.card.pads) == (one.card.labels, one.card.pads)
    for batch in probes(one.card, vocabulary=100, types=False):
        assert np.abs(one.score(batch) - other.score(batch)).max() < 1e-4


@pytest.mark.parametrize("family", get_args(TinyFamily))
def test_logits_and_labels_are_those_of_torch(
    family: TinyFamily, tmp_path: Path, sample_texts: list[str]
) -> None:
    folder = write_tiny_classifier(tmp_path / "m", family=family)
    logits_agree(folder)
    expected, found = (
        hfkit.Classify(folder, runtime=runtime).batch(sample_texts[:12]) for runtime in (TORCH, ONNX)
    )
    assert [answer.label for answer in found] == [answer.label for answer in expected]
    assert found[0].source.backend == "onnx"
    assert found[0].source.tokenizer == expected[0].source.tokenizer


@pytest.mark.parametrize("family", list(OTHERS))
def test_logits_of_further_families_are_those_of_torch(family: str, tmp_path: Path) -> None:
    logits_agree(write_other(tmp_path / "m", family))


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta", "distilbert", "gpt2"])
def test_tags_are_those_of_torch(family: TinyFamily, tmp_path: Path, sample_texts: list[str]) -> None:
    folder = write_tiny_tagger(tmp_path / "m", family=family)
    found = resolve(folder, offline=True)
    one, other = (backend.open_tagger(found, CPU) for backend in (TorchBackend(), OnnxBackend()))
    assert (other.card.labels, other.card.pads) == (one.card.labels, one.card.pads)
    for batch in probes(one.card, vocabulary=100, types=False):
        assert np.abs((one.tag(batch) - other.tag(batch))[batch.mask == 1]).max() < 1e-4
    by_torch, by_onnx = (
        hfkit.Tag(folder, runtime=runtime).batch(sample_texts[1:8]) for runtime in (TORCH, ONNX)
    )
    assert [result.labels for result in by_onnx] == [result.labels for result in by_torch]
    assert by_onnx[0].source.backend == "onnx"
    assert hfkit.Tag(folder, runtime=CPU).source.backend == "onnx"


@pytest.mark.parametrize("family", ["bert", "roberta", "xlnet"])
def test_vectors_are_those_of_torch(family: TinyFamily, tmp_path: Path, sample_texts: list[str]) -> None:
    folder = write_tiny_embedder(tmp_path / "m", family=family)
    by_torch, by_onnx = (
        hfkit.Embed(folder, runtime=runtime).batch(sample_texts[1:8]) for runtime in (TORCH, ONNX)
    )
    assert np.abs(by_torch.to_numpy() - by_onnx.to_numpy()).max() < 1e-4
    assert by_onnx[0].source.backend == "onnx"
    assert hfkit.Embed(folder, runtime=CPU).source.backend == "onnx"


def test_heads_whose_outputs_have_one_name_are_told_apart(tmp_path: Path) -> None:
    tagger = write_tiny_tagger(tmp_path / "tagger", seed=61)
    classifier = write_tiny_classifier(tmp_path / "classifier", seed=62)
    hfkit.Tag(tagger, runtime=ONNX).load()
    hfkit.Classify(classifier, runtime=ONNX).load()
    wrong: list[tuple[Path, hfkit.Tag | hfkit.Classify]] = [
        (tagger, hfkit.Classify(tmp_path / "exported tagger", runtime=ONNX)),
        (classifier, hfkit.Tag(tmp_path / "exported classifier", runtime=ONNX)),
    ]
    for folder, facade in wrong:
        export = find_entry(resolve(folder, offline=True), None)
        assert export is not None
        shutil.copytree(export.path, str(facade.model))
        with pytest.raises(errors.WrongHeadError, match=r"gives an output of . axes, a .* model must give"):
            facade.load()


@pytest.mark.parametrize("family", get_args(TinyFamily))
def test_answers_are_those_of_torch(family: TinyFamily, tmp_path: Path, sample_texts: list[str]) -> None:
    folder = write_tiny_reader(tmp_path / "m", family=family)
    questions = [hfkit.Question("what is good ?", context=text) for text in sample_texts[1:8]]
    expected, found = (
        hfkit.Answer(folder, top_k=1, runtime=runtime).batch(questions) for runtime in (TORCH, ONNX)
    )
    for one, other in zip(expected, found, strict=True):
        assert [(s.start, s.end) for s in one.spans] == [(s.start, s.end) for s in other.spans]
        assert [s.logit for s in one.spans] == pytest.approx([s.logit for s in other.spans], abs=1e-4)


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_labels_relate_as_on_torch(problem: Any, tmp_path: Path) -> None:
    names = ("a", "b") if problem != "regression" else ("much",)
    folder = write_tiny_classifier(tmp_path / "m", labels=names, problem=problem)
    one, other = (hfkit.Classify(folder, runtime=runtime)("good movie") for runtime in (TORCH, ONNX))
    assert [score.label for score in one.scores] == [score.label for score in other.scores]
    assert one.scores[0].score == pytest.approx(other.scores[0].score, abs=1e-5)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_an_adapter_is_exported_with_its_base(tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForSequenceClassification

    base = write_tiny_classifier(tmp_path / "base", seed=12)
    model: Any = AutoModelForSequenceClassification.from_pretrained(base)
    adapted: Any = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", init_lora_weights=False))
    adapted.save_pretrained(tmp_path / "adapter")
    one, other = (
        hfkit.Classify(tmp_path / "adapter", runtime=runtime)("good movie") for runtime in (TORCH, ONNX)
    )
    assert other.source.backend == "onnx"
    assert other.source.base == one.source.base is not None
    assert one.scores[0].score == pytest.approx(other.scores[0].score, abs=1e-5)
    plain = hfkit.Classify(base, runtime=ONNX)("good movie")
    assert plain.scores != other.scores


def test_the_source_names_what_made_the_export_and_what_runs_it(classifier: Path) -> None:
    source = hfkit.Classify(classifier, runtime=ONNX).source
    assert (source.backend, source.device, source.dtype) == ("onnx", "cpu", "float32")
    assert {"hfkit", "onnxruntime", "tokenizers", "torch", "transformers"} == set(dict(source.versions))


def test_threads_are_obeyed(classifier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    given: list[int] = []
    original = onnxruntime.InferenceSession

    def spy(file: str, options: Any, **rest: Any) -> Any:
        given.append(options.intra_op_num_threads)
        return original(file, options, **rest)

    monkeypatch.setattr(onnxruntime, "InferenceSession", spy)
    for threads in (3, None):
        hfkit.Classify(
            classifier, runtime=hfkit.Runtime(backend="onnx", threads=threads, device="cpu")
        ).load()
    assert given == [3, 0]


class TestAuto:
    """What Runtime(backend="auto") chooses."""

    def test_it_takes_torch_and_exports_nothing_before_there_is_an_export(self, tmp_path: Path) -> None:
        folder = write_tiny_classifier(tmp_path / "m", seed=13)
        assert hfkit.Classify(folder, runtime=CPU).source.backend == "torch"
        assert not OnnxBackend().ready(resolve(folder, offline=True), CPU, OpensScorers)

    def test_it_takes_the_export_once_there_is_one(self, classifier: Path) -> None:
        assert hfkit.Classify(classifier, runtime=CPU).source.backend == "onnx"

    def test_it_takes_torch_again_when_the_weights_change(self, classifier: Path, tmp_path: Path) -> None:
        folder = shutil.copytree(classifier, tmp_path / "m")
        assert hfkit.Classify(folder, runtime=CPU).source.backend == "onnx"
        write_tiny_classifier(folder, seed=14)
        assert hfkit.Classify(folder, runtime=CPU).source.backend == "torch"

    def test_it_takes_torch_for_another_number_type(self, classifier: Path) -> None:
        runtime = hfkit.Runtime(device="cpu", dtype="bfloat16")
        assert hfkit.Classify(classifier, runtime=runtime).source.backend == "torch"

    def test_it_is_pinned_by_name(self, classifier: Path) -> None:
        assert hfkit.Classify(classifier, runtime=TORCH).source.backend == "torch"

    def test_it_leaves_the_model_to_an_accelerator(
        self, classifier: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("hfkit.backends.onnx.readiness.drives_accelerator", lambda: True)
        folder = resolve(classifier, offline=True)
        assert not OnnxBackend().ready(folder, hfkit.Runtime(), OpensScorers)
        assert OnnxBackend().ready(folder, CPU, OpensScorers)

    @pytest.mark.parametrize(("build", "drives"), [("2.13.0+cpu", False), ("2.13.0", True)])
    def test_a_build_for_processors_drives_none(
        self,
        build: str,
        drives: bool,  # noqa: FBT001  # a parameter of the test
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(readiness, "_ACCELERATORS", ("/",))
        monkeypatch.setattr(readiness, "version", lambda _: build)
        assert readiness.drives_accelerator() is drives


class TestErrors:
    """What goes wrong, told apart."""

    def opening(self, folder: Path, **runtime: Any) -> None:
        hfkit.Classify(folder, runtime=hfkit.Runtime(backend="onnx", offline=True, **runtime)).load()

    def test_without_onnxruntime(self, tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("hfkit.backends.onnx.backend.find_spec", lambda _: None)
        with pytest.raises(errors.MissingDependencyError) as caught:
            self.opening(tiny_bert)
        assert caught.value.message == "backend 'onnx' needs packages that are not installed"
        assert caught.value.hint == "pip install 'hfkit[onnx]'"

    @pytest.mark.parametrize("package", ["torch", "transformers", "onnx"])
    def test_without_what_exports(
        self, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = write_tiny_classifier(tmp_path / "m", seed=15)
        monkeypatch.setattr(exporting, "find_spec", lambda name: None if name == package else "there")
        with pytest.raises(errors.MissingDependencyError) as caught:
            self.opening(folder)
        assert caught.value.message == (
            f"{folder} is not exported to ONNX yet, which takes torch, transformers and onnx once"
        )
        assert caught.value.hint == "pip install 'hfkit[export]'"

    @pytest.mark.parametrize("device", ["cuda", "meta"])
    def test_another_device(self, device: str, classifier: Path) -> None:
        with pytest.raises(errors.DeviceError, match=f"device '{device}' is not one of"):
            self.opening(classifier, device=device)

    def test_another_number_type(self, classifier: Path) -> None:
        with pytest.raises(errors.SettingError) as caught:
            self.opening(classifier, dtype="bfloat16")
        assert caught.value.message == (
            "dtype 'bfloat16' is not one of ['auto', 'float32', 'int8'] that backend 'onnx' runs in"
        )
        assert caught.value.hint == "use Runtime(backend='torch') for other number types"

    def test_another_head(self, tmp_path: Path) -> None:
        folder = write_tiny_reader(tmp_path / "m", seed=16)
        with pytest.raises(errors.WrongHeadError):
            self.opening(folder)

    def test_a_decoder_behind_an_encoder(self, classifier: Path, tmp_path: Path) -> None:
        folder = shutil.copytree(classifier, tmp_path / "m")
        config = json.loads((folder / "config.json").read_text()) | {
            "model_type": "bart",
            "is_encoder_decoder": True,
        }
        (folder / "config.json").write_text(json.dumps(config))
        with pytest.raises(errors.ModelError) as caught:
            self.opening(folder)
        assert caught.value.message == (
            f"{folder} (bart) has a decoder behind its encoder; backend 'onnx' runs models of one part"
        )
        assert caught.value.hint == "use Runtime(backend='torch')"

    def test_what_the_exporter_cannot_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("Exporting the operator 'fft' is not supported\nand much more")

        monkeypatch.setattr(torch.onnx, "export", fail)
        folder = write_tiny_classifier(tmp_path / "m", seed=17)
        with pytest.raises(errors.ModelError) as caught:
            self.opening(folder)
        assert caught.value.message == (
            f"{folder} (bert) cannot be exported to ONNX: Exporting the operator 'fft' is not supported"
        )
        assert caught.value.hint == "use Runtime(backend='torch')"

    def test_an_export_that_is_not_the_model(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

        def change(traced: Path, target: Path) -> None:
            import onnx

            model = onnx.load(traced)
            bias = next(
                weight for weight in model.graph.initializer if weight.name.endswith("classifier.bias")
            )
            bias.raw_data = (np.frombuffer(bias.raw_data, dtype="f4") + 0.5).tobytes()
            onnx.save(model, traced)
            optimize(traced, target)

        monkeypatch.setattr(exporting, "optimize", change)
        folder = write_tiny_classifier(tmp_path / "m", seed=18)
        with pytest.raises(
            errors.ModelError, match=r"\(bert\) gives other logits as ONNX, by 0\.\d+, must be"
        ):
            self.opening(folder)
        assert not OnnxBackend().ready(resolve(folder, offline=True), CPU, OpensScorers)

    def test_ids_that_the_model_does_not_have(self, classifier: Path) -> None:
        scorer = OnnxBackend().open_scorer(resolve(classifier, offline=True), CPU)
        (batch, *_) = probes(scorer.card, vocabulary=100, types=False)
        batch.ids[0, 0] = 9999
        with pytest.raises(errors.CorruptModelError, match="gives ids up to 9999, the model has "):
            scorer.score(batch)

    @pytest.mark.parametrize(
        ("raised", "kind"),
        [
            (RuntimeException("Failed to allocate memory for requested buffer"), errors.OutOfMemoryError),
            (MemoryError(), errors.OutOfMemoryError),
            (RuntimeException("Non-zero status code"), errors.BackendError),
        ],
        ids=["arena", "python", "other"],
    )
    def test_a_failing_forward_pass(
        self, raised: Exception, kind: type[errors.BackendError], classifier: Path
    ) -> None:
        scorer = OnnxBackend().open_scorer(resolve(classifier, offline=True), CPU)

        class Failing:
            def run(self, *_: object) -> None:
                raise raised

        scorer._model._open._session = Failing()  # type: ignore[attr-defined]
        (batch, *_) = probes(scorer.card, vocabulary=100, types=False)
        with pytest.raises(kind) as caught:
            scorer.score(batch)
        assert type(caught.value) is kind


class TestFiles:
    """ONNX files that hfkit did not make."""

    def test_a_file_that_is_no_onnx(self, tmp_path: Path) -> None:
        (tmp_path / "model.onnx").write_bytes(b"no graph")
        with pytest.raises(errors.CorruptModelError, match=r"model\.onnx cannot be opened by ONNX Runtime"):
            OnnxModel(tmp_path / "model.onnx", name="m", outputs=("logits",), threads=1)

    def test_inputs_that_hfkit_does_not_give(self, save: Callable[[str, str], Path]) -> None:
        with pytest.raises(errors.ModelError) as caught:
            OnnxModel(save("pixels", "logits"), name="m", outputs=("logits",), threads=1)
        assert caught.value.message.endswith(
            "model.onnx wants pixels: tensor(int64); "
            "hfkit gives input_ids, attention_mask, token_type_ids, each as int64 or int32"
        )

    def test_outputs_of_another_head(self, save: Callable[[str, str], Path]) -> None:
        with pytest.raises(errors.WrongHeadError) as caught:
            OnnxModel(
                save("input_ids", "hidden"), name="m", outputs=("start_logits", "end_logits"), threads=1
            )
        assert caught.value.message.endswith("model.onnx gives hidden, must give start_logits and end_logits")

    @pytest.fixture
    def save(self, tmp_path: Path) -> Callable[[str, str], Path]:
        """Write a model that gives its input."""
        from onnx import TensorProto, helper, save_model

        def write(given: str, wanted: str) -> Path:
            values = [helper.make_tensor_value_info(name, TensorProto.INT64, [1]) for name in (given, wanted)]
            node = helper.make_node("Identity", [given], [wanted])
            graph = helper.make_graph([node], "g", values[:1], values[1:])
            opset = [helper.make_opsetid("", 17)]
            save_model(helper.make_model(graph, opset_imports=opset, ir_version=9), tmp_path / "model.onnx")
            return tmp_path / "model.onnx"

        return write
