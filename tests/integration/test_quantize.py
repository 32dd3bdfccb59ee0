"""Quantize on tiny models: what it keeps opens and decides as the original does, and what fails leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import hfkit
from hfkit import errors
from hfkit.jobs.quantizing import comparing, planning
from hfkit.testing import (
    write_tiny_classifier,
    write_tiny_reader,
    write_tiny_tagger,
    write_tiny_translator,
    write_tiny_writer,
)

if TYPE_CHECKING:
    from pathlib import Path

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never", backend="torch")
TEXTS = [
    f"it was a {word} story and never dull, number {number}"
    for number in range(4)
    for word in ("good", "bad")
]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("classifier") / "model")


@pytest.fixture(scope="module")
def labelled(classifier: Path) -> hfkit.Labelled:
    """Half of the rows have the label that the model gives."""
    said = hfkit.Classify(classifier, runtime=RUNTIME).batch(TEXTS)
    rows = [
        {"text": text, "label": result.label if number % 2 else "neutral"}
        for number, (text, result) in enumerate(zip(TEXTS, said, strict=True))
    ]
    return hfkit.Labelled(train=rows[:1], test=rows)


@pytest.fixture
def cast(classifier: Path) -> hfkit.Quantize:
    return hfkit.Quantize(classifier, scheme=hfkit.Cast(), rounds=1, runtime=RUNTIME)


def files(folder: Path) -> dict[str, int]:
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_weights_in_16_bits_are_those_of_torch(
    cast: hfkit.Quantize, classifier: Path, labelled: hfkit.Labelled, tmp_path: Path
) -> None:
    report = cast(labelled, tmp_path / "out")
    original = load_file(classifier / "model.safetensors")
    result = load_file(tmp_path / "out" / "model.safetensors")
    assert original.keys() == result.keys()
    for name, weight in original.items():
        assert torch.equal(result[name], weight.to(torch.bfloat16))
    assert (report.original.source.dtype, report.result.source.dtype) == ("float32", "bfloat16")
    assert report.result.weight_bytes < 0.52 * report.original.weight_bytes
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_result_opens_and_is_what_was_measured(
    cast: hfkit.Quantize, classifier: Path, labelled: hfkit.Labelled, tmp_path: Path
) -> None:
    report = cast.with_(scheme=hfkit.Int8())(labelled, tmp_path / "out")
    small = hfkit.Classify(tmp_path / "out", runtime=hfkit.Runtime(threads=1))
    full = hfkit.Classify(classifier, runtime=RUNTIME)
    assert (small.source.backend, small.source.dtype) == ("onnx", "int8")
    assert small.source.revision == report.result.source.revision
    agreement = hfkit.measure_agreement(full, small, TEXTS)
    assert (report.agreement, report.differing) == (agreement.agreement, agreement.differing)
    logits = [
        {entry.label: entry.score for entry in result.scores}
        for facade in (full, small)
        for result in facade.with_(activation="none").batch(TEXTS)
    ]
    gaps = [
        abs(one[label] - other[label])
        for one, other in zip(logits[: len(TEXTS)], logits[len(TEXTS) :], strict=True)
        for label in one
    ]
    assert report.largest_change == pytest.approx(max(gaps), abs=1e-5)
    assert report.mean_change == pytest.approx(np.mean(gaps), abs=1e-5)
    assert report.metric is not None
    for facade, figure in ((full, report.metric.before), (small, report.metric.after)):
        assert hfkit.Evaluate(facade)(labelled).accuracy == figure
    assert report.metric.drop.value == pytest.approx(report.metric.before.value - report.metric.after.value)
    assert report.notes == ("the probes are the 8 rows of test",)


def test_bytes_are_those_of_the_files(cast: hfkit.Quantize, classifier: Path, tmp_path: Path) -> None:
    report = cast(TEXTS, tmp_path / "out")
    sizes = files(tmp_path / "out")
    told = json.loads((tmp_path / "out" / "quantizing.json").read_text())
    assert sizes.pop("quantizing.json")
    assert report.result.bytes == sum(sizes.values())
    assert report.original.bytes == sum(files(classifier).values())
    assert told == report.to_dict()
    assert report.plan.expected_bytes == pytest.approx(report.result.bytes, rel=0.1)
    assert report.plan == cast.plan()


def test_a_reader_on_questions_some_of_which_have_no_answer(tmp_path: Path) -> None:
    context = "anna was born in 1914 and ben in 1920 ."
    rows = [
        {
            "question": f"when was {who} born ?",
            "context": context,
            "answers": {"text": texts, "answer_start": [17] * len(texts)},
        }
        for who, texts in (("anna", ["1914"]), ("ben", ["1920"]), ("carl", []))
    ]
    data = hfkit.Squad(train=rows)
    model = write_tiny_reader(tmp_path / "reader")
    quantize = hfkit.Quantize(model, min_agreement=None, rounds=1, runtime=RUNTIME)
    report = quantize(data, tmp_path / "out")
    small = hfkit.Answer(tmp_path / "out", no_answer=True, runtime=hfkit.Runtime(threads=1))
    assert report.metric is not None
    assert report.metric.name == "F1"
    evaluated = hfkit.Evaluate(small, split="train")(data)
    assert report.metric.after.value == pytest.approx(evaluated.f1.value / 100)
    assert report.result.source.dtype == "int8"


def test_a_writer_by_its_perplexity(tmp_path: Path) -> None:
    model = write_tiny_writer(tmp_path / "writer")
    data = hfkit.Texts(train=[{"text": text} for text in TEXTS])
    quantize = hfkit.Quantize(model, min_agreement=None, max_metric_drop=0.5, rounds=1, runtime=RUNTIME)
    report = quantize(data, tmp_path / "out")
    assert report.metric is not None
    expected = hfkit.Evaluate(model, split="train", runtime=RUNTIME)(data).perplexity
    assert report.metric.before == expected
    growth = report.metric.after.value / report.metric.before.value - 1
    assert report.metric.drop.value == pytest.approx(growth)
    assert hfkit.Generate(tmp_path / "out", max_new_tokens=3)("a story").source.dtype == "int8"


def test_without_probes_its_own_are_used_and_told_of(cast: hfkit.Quantize, tmp_path: Path) -> None:
    report = cast.with_(min_agreement=None)(None, tmp_path / "out")
    assert report.probes == 24
    assert report.metric is None
    assert report.notes == (
        "compared on hfkit's own 24 probes, not on yours: give some like those you will meet",
    )


def test_probes_with_one_label(cast: hfkit.Quantize, tmp_path: Path) -> None:
    rows = [{"text": text, "label": "neutral"} for text in TEXTS]
    report = cast.with_(max_metric_drop=1.0)(hfkit.Labelled(train=rows), tmp_path / "out")
    assert report.metric is not None
    assert report.metric.name == "accuracy"
    assert report.notes == ("the probes are the 8 rows of train",)


def test_any_number_of_labels(tmp_path: Path) -> None:
    model = write_tiny_classifier(tmp_path / "model", problem="multi_label_classification")
    rows = [{"text": text, "label": ["neutral", "positive"]} for text in TEXTS]
    data = hfkit.Labelled(train=rows)
    report = hfkit.Quantize(model, scheme=hfkit.Cast(), min_agreement=None, rounds=1, runtime=RUNTIME)(
        data, tmp_path / "out"
    )
    assert report.metric is not None
    evaluated = hfkit.Evaluate(model, split="train", runtime=RUNTIME).label_sets(data)
    assert (report.metric.name, report.metric.before) == ("subset accuracy", evaluated.subset_accuracy)


class TestRefusals:
    """What is not kept, and what is not begun."""

    def test_a_result_that_is_too_large_leaves_nothing(self, cast: hfkit.Quantize, tmp_path: Path) -> None:
        with pytest.raises(errors.FailedProofError) as caught:
            cast.with_(max_bytes=1000)(TEXTS, tmp_path / "out")
        report = caught.value.report
        assert isinstance(report, hfkit.QuantizeReport)
        assert f"it takes {report.result.bytes:,} bytes, at most 1,000" in caught.value.message
        assert list(tmp_path.iterdir()) == []

    def test_a_result_that_is_not_good_enough_leaves_the_old_one(
        self, cast: hfkit.Quantize, tmp_path: Path
    ) -> None:
        cast(TEXTS, tmp_path / "out")
        before = files(tmp_path / "out")
        with pytest.raises(errors.OutputError, match="has files, must be new or empty"):
            cast(TEXTS, tmp_path / "out")
        with pytest.raises(errors.FailedProofError, match="times as fast, at least 1e"):
            cast.with_(min_speedup=1e9, overwrite=True)(TEXTS, tmp_path / "out")
        assert files(tmp_path / "out") == before
        cast.with_(scheme=hfkit.Cast("float16"), overwrite=True)(TEXTS, tmp_path / "out")
        assert load_file(tmp_path / "out" / "model.safetensors")["classifier.bias"].dtype == torch.float16
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_files_of_others_are_never_replaced(self, cast: hfkit.Quantize, classifier: Path) -> None:
        before = files(classifier)
        with pytest.raises(errors.OutputError, match="has files that Quantize has not made"):
            cast.with_(overwrite=True)(TEXTS, classifier)
        assert files(classifier) == before

    @pytest.mark.parametrize("scheme", [hfkit.Cast(), hfkit.Int8()], ids=repr)
    def test_a_model_that_is_quantized(
        self, cast: hfkit.Quantize, scheme: hfkit.Cast | hfkit.Int8, tmp_path: Path
    ) -> None:
        quantize = cast.with_(scheme=scheme, min_agreement=None)
        quantize(TEXTS, tmp_path / "out")
        with pytest.raises(errors.ModelError) as caught:
            quantize.with_(model=tmp_path / "out").plan()
        assert caught.value.message in {
            f"{tmp_path / 'out'} has no weights that {scheme!r} makes smaller: stored in 16 bits or fewer already",
            f"{tmp_path / 'out'} holds an ONNX export and no weights, must be a model with its weights",
        }

    def test_a_model_whose_configuration_says_so(self, tmp_path: Path) -> None:
        model = write_tiny_classifier(tmp_path / "model")
        config = json.loads((model / "config.json").read_text())
        (model / "config.json").write_text(json.dumps(config | {"quantization_config": {"bits": 4}}))
        with pytest.raises(errors.ModelError, match="is quantized already, as its config"):
            hfkit.Quantize(model).plan()

    def test_a_model_for_another_verb(self, tmp_path: Path) -> None:
        model = write_tiny_tagger(tmp_path / "model")
        with pytest.raises(errors.ModelError, match="must be a model for Classify, Answer or Generate"):
            hfkit.Quantize(model).plan()

    def test_a_bound_of_a_metric_without_answers(self, cast: hfkit.Quantize, tmp_path: Path) -> None:
        with pytest.raises(errors.SettingError, match="the probes have no right answers"):
            cast.with_(max_metric_drop=0.1)(TEXTS, tmp_path / "out")

    def test_probes_of_another_verb(self, cast: hfkit.Quantize, tmp_path: Path) -> None:
        rows = [{"question": "who ?", "context": "anna", "answers": {"text": [], "answer_start": []}}]
        with pytest.raises(errors.InputTypeError, match="probes are Squad, must be Labelled or Texts"):
            cast(hfkit.Squad(train=rows), tmp_path / "out")
        with pytest.raises(errors.InputError):
            cast([hfkit.Question("who ?", context="anna")], tmp_path / "out")
        with pytest.raises(errors.EmptyInputError, match="there are no probes"):
            cast([], tmp_path / "out")

    def test_numbers_that_float16_does_not_hold(self, tmp_path: Path) -> None:
        from safetensors.torch import save_file

        model = write_tiny_classifier(tmp_path / "model")
        weights = load_file(model / "model.safetensors")
        weights["classifier.bias"][0] = 1e6
        save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
        with pytest.raises(errors.ModelError, match=r"classifier.bias of .* is not finite in float16"):
            hfkit.Quantize(model, scheme=hfkit.Cast("float16"))(TEXTS, tmp_path / "out")
        assert [path.name for path in tmp_path.iterdir()] == ["model"]

    def test_a_scheme_whose_package_is_missing_names_one_that_can(
        self, cast: hfkit.Quantize, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(planning, "find_spec", lambda name: None if name == "onnx" else name)
        with pytest.raises(errors.MissingDependencyError) as caught:
            cast.with_(scheme=hfkit.Int8()).plan()
        assert caught.value.message == "Int8() needs onnx, which is not installed"
        assert caught.value.hint == (
            "pip install 'hfkit[export]', or use scheme=hfkit.Cast('bfloat16'), which needs torch alone"
        )
        assert cast.plan().scheme == "Cast(dtype='bfloat16')"

    def test_a_process_that_dies(
        self, cast: hfkit.Quantize, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(comparing, "partial", lambda *_, **__: _Exits())
        with pytest.raises(errors.BackendError, match="ended with status 3"):
            cast(TEXTS, tmp_path / "out")
        assert list(tmp_path.iterdir()) == []


class _Exits:
    """Ends the process that reads it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


KILLED = """
import sys, hfkit
from hfkit.jobs.quantizing import quantizing

def compare(*_, **__):
    print("saved", flush=True)
    sys.stdin.read()

quantizing.compare = compare
runtime = hfkit.Runtime(device="cpu", threads=1)
hfkit.Quantize(sys.argv[1], scheme=hfkit.Cast(), overwrite=True, runtime=runtime)(["a text"], sys.argv[2])
"""


def test_a_kill_between_save_and_proof_leaves_the_old_state(
    cast: hfkit.Quantize, classifier: Path, tmp_path: Path
) -> None:
    cast.with_(scheme=hfkit.Cast("float16"))(TEXTS, tmp_path / "out")
    before = files(tmp_path / "out")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(classifier), str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"saved\n"
        killed.send_signal(signal.SIGKILL)
    assert (tmp_path / ".out.quantizing" / "model" / "model.safetensors").is_file()
    assert files(tmp_path / "out") == before
    cast.with_(overwrite=True)(TEXTS, tmp_path / "out")
    assert load_file(tmp_path / "out" / "model.safetensors")["classifier.bias"].dtype == torch.bfloat16
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_kill_in_the_middle_of_an_exchange_is_put_back(cast: hfkit.Quantize, tmp_path: Path) -> None:
    cast(TEXTS, tmp_path / "out")
    before = files(tmp_path / "out")
    (tmp_path / ".out.quantizing").mkdir()
    (tmp_path / "out").rename(tmp_path / ".out.quantizing" / "replaced")
    with pytest.raises(errors.OutputError, match="set overwrite=True"):
        cast(TEXTS, tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_an_encoder_decoder(tmp_path: Path) -> None:
    model = write_tiny_translator(tmp_path / "model")
    report = hfkit.Quantize(model, scheme=hfkit.Cast(), min_agreement=None, rounds=1, runtime=RUNTIME)(
        TEXTS, tmp_path / "out"
    )
    assert report.plan.verb == "Generate"
    assert report.result.bytes < 0.7 * report.original.bytes
