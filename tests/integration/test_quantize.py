"""Quantize on tiny models: what it keeps opens and decides as the original does, and what fails leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from scipy.stats import spearmanr

import hfkit
from hfkit import errors
from hfkit.hub.resolve import resolve
from hfkit.jobs.quantizing import comparing, planning
from hfkit.jobs.quantizing.making import make_smaller
from hfkit.testing import (
    write_tiny_classifier,
    write_tiny_embedder,
    write_tiny_reader,
    write_tiny_tagger,
    write_tiny_translator,
    write_tiny_writer,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hfkit.jobs.quantizing.verbs import Verb
    from hfkit.values.schemes import Scheme

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


@dataclass(frozen=True)
class Made:
    """A result with its report."""

    folder: Path
    report: hfkit.QuantizeReport


@pytest.fixture(scope="module")
def cast(classifier: Path) -> hfkit.Quantize:
    return hfkit.Quantize(classifier, scheme=hfkit.Cast(), rounds=1, runtime=RUNTIME)


@pytest.fixture(scope="module")
def half(cast: hfkit.Quantize, labelled: hfkit.Labelled, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("half") / "out"
    return Made(folder, cast(labelled, folder))


@pytest.fixture(scope="module")
def eight(cast: hfkit.Quantize, labelled: hfkit.Labelled, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("eight") / "out"
    return Made(folder, cast.with_(scheme=hfkit.Int8())(labelled, folder))


def files(folder: Path) -> dict[str, int]:
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_weights_in_16_bits_are_those_of_torch(half: Made, classifier: Path) -> None:
    original = load_file(classifier / "model.safetensors")
    result = load_file(half.folder / "model.safetensors")
    assert original.keys() == result.keys()
    for name, weight in original.items():
        assert torch.equal(result[name], weight.to(torch.bfloat16))
    report = half.report
    assert (report.original.source.dtype, report.result.source.dtype) == ("float32", "bfloat16")
    stored = sum(weight.numel() for weight in result.values())
    assert report.result.weight_bytes >= 2 * stored
    assert report.original.weight_bytes >= 4 * stored
    assert report.result.weight_bytes < 0.52 * report.original.weight_bytes
    assert [path.name for path in half.folder.parent.iterdir()] == ["out"]


def test_what_was_cast_opens_in_what_it_was_proved_in(half: Made, tmp_path: Path) -> None:
    assert hfkit.Classify(half.folder, runtime=RUNTIME).source == half.report.result.source
    full = hfkit.Runtime(device="cpu", threads=1, dtype="float32")
    assert hfkit.Classify(half.folder, runtime=full).source.dtype == "float32"
    shutil.copytree(half.folder, tmp_path / "copy")
    (tmp_path / "copy" / "quantizing.json").write_text('{"result": {"source": {"dtype": "int8"}}}')
    assert hfkit.Classify(tmp_path / "copy", runtime=RUNTIME).source.dtype == "float32"


def test_a_result_opens_and_is_what_was_measured(
    eight: Made, classifier: Path, labelled: hfkit.Labelled
) -> None:
    report = eight.report
    small = hfkit.Classify(eight.folder, runtime=hfkit.Runtime(threads=1))
    full = hfkit.Classify(classifier, runtime=RUNTIME)
    assert (small.source.backend, small.source.dtype) == ("onnx", "int8")
    assert (small.source.model, small.source.revision) == (
        report.result.source.model,
        report.result.source.revision,
    )
    agreement = hfkit.measure_agreement(full, small, TEXTS)
    assert (report.agreement, report.differing) == (agreement.agreement, agreement.differing)
    one, other = (
        [
            [entry.score for entry in sorted(result.scores, key=lambda entry: entry.label)]
            for result in facade.with_(activation="none").batch(TEXTS)
        ]
        for facade in (full, small)
    )
    gaps = np.abs(np.array(one) - np.array(other))
    assert report.largest_change == pytest.approx(gaps.max(), abs=1e-5)
    assert report.mean_change == pytest.approx(gaps.mean(), abs=1e-5)
    metric = report.metric
    assert metric is not None
    assert hfkit.Evaluate(full)(labelled).accuracy == metric.before
    assert hfkit.Evaluate(small)(labelled).accuracy == metric.after
    assert metric.drop.value == pytest.approx(metric.before.value - metric.after.value)
    assert report.notes == ("the probes are the 8 rows of test",)


@pytest.mark.parametrize("name", ["half", "eight"])
def test_bytes_are_those_of_the_files(
    name: str, classifier: Path, cast: hfkit.Quantize, request: pytest.FixtureRequest
) -> None:
    made: Made = request.getfixturevalue(name)
    sizes = files(made.folder)
    told = json.loads((made.folder / "quantizing.json").read_text())
    assert sizes.pop("quantizing.json")
    assert sizes.pop("README.md")
    assert made.report.result.bytes == sum(sizes.values())
    assert made.report.original.bytes == sum(files(classifier).values())
    assert told == made.report.to_dict()
    assert made.report.plan.expected_bytes == pytest.approx(made.report.result.bytes, rel=0.15)
    if name == "half":
        assert made.report.plan == cast.plan()


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


def test_a_tagger_by_its_entities(tmp_path: Path) -> None:
    model = write_tiny_tagger(
        tmp_path / "tagger", tags=("O", *(f"{one}-{n}" for n in range(10) for one in "BI"))
    )
    said = hfkit.Tag(model, runtime=RUNTIME).batch(hfkit.Words(text.split()) for text in TEXTS)
    rows = [
        {
            "tokens": [word.text for word in one.words],
            "ner_tags": ["O" if place % 3 else label for label in one.labels],
        }
        for place, one in enumerate(said)
    ]
    data = hfkit.Tagged(train=rows[:1], test=rows, names=hfkit.Tag(model, runtime=RUNTIME).labels)
    quantize = hfkit.Quantize(model, min_agreement=None, rounds=1, runtime=RUNTIME)
    report = quantize(data, tmp_path / "out")
    small = hfkit.Tag(tmp_path / "out", runtime=hfkit.Runtime(threads=1))
    assert (small.source.backend, small.source.dtype) == ("onnx", "int8")
    assert report.plan.verb == "Tag"
    assert {one.reason: one.names for one in report.plan.skipped}["it gives the logits"] == (
        "classifier.weight",
    )
    assert report.plan.expected_bytes == pytest.approx(report.result.bytes, rel=0.15)
    assert report.metric is not None
    assert report.metric.name == "entity F1"
    for figure, facade in (
        (report.metric.before, hfkit.Tag(model, runtime=RUNTIME)),
        (report.metric.after, small),
    ):
        assert figure.value == pytest.approx(hfkit.Evaluate(facade)(data).f1.value)
    inputs = [hfkit.Words(row["tokens"]) for row in rows]
    before, after = (
        [[(one.start, one.end, one.label) for one in result.entities] for result in facade.batch(inputs)]
        for facade in (hfkit.Tag(model, runtime=RUNTIME), small)
    )
    differing = tuple(place for place, (one, two) in enumerate(zip(before, after, strict=True)) if one != two)
    assert report.differing == differing
    assert 0 < report.largest_change < 1
    with pytest.raises(
        errors.InputTypeError, match="probes are Labelled, must be Tagged or Texts, or inputs of Tag"
    ):
        quantize(hfkit.Labelled(train=[{"text": "a story", "label": "good"}]), tmp_path / "other")


def test_an_embedder_by_which_texts_are_near(tmp_path: Path, write_pooling: Callable[[Path], None]) -> None:
    model = write_tiny_embedder(tmp_path / "embedder")
    write_pooling(model)
    quantize = hfkit.Quantize(model, max_metric_drop=0.5, rounds=1, runtime=RUNTIME)
    report = quantize(TEXTS, tmp_path / "out")
    full, small = (
        hfkit.Embed(folder, runtime=hfkit.Runtime(threads=1)) for folder in (model, tmp_path / "out")
    )
    assert (small.source.backend, small.source.dtype) == ("onnx", "int8")
    assert report.plan.verb == "Embed"
    assert {one.reason: one.names for one in report.plan.skipped}[
        "no vector comes of it: it is left out"
    ] == ("pooler.dense.bias", "pooler.dense.weight")
    assert report.plan.expected_bytes == pytest.approx(report.result.bytes, rel=0.15)
    near = []
    for embed in (full, small):
        matrix = embed.batch(TEXTS).to_numpy()
        assert np.linalg.norm(matrix, axis=1) == pytest.approx(1)
        similarities = matrix @ matrix.T
        np.fill_diagonal(similarities, -1)
        near.append(similarities)
    nearest = [one.argmax(axis=1).tolist() for one in near]
    differing = tuple(place for place, (a, b) in enumerate(zip(*nearest, strict=True)) if a != b)
    assert report.differing == differing
    assert report.largest_change == pytest.approx(np.abs(near[0] - near[1]).max(), abs=1e-3)
    orders = [
        spearmanr(*(np.delete(one[place], place) for one in near)).statistic for place in range(len(TEXTS))
    ]
    assert report.metric is not None
    assert report.metric.after.value == pytest.approx(np.mean(orders), abs=0.01)
    assert report.metric.drop.value == pytest.approx(1 - np.mean(orders), abs=0.01)
    with pytest.raises(errors.InputError, match="there is 1 probe, must be at least 2"):
        quantize(TEXTS[:1], tmp_path / "other")


def test_a_writer_by_its_perplexity(tmp_path: Path) -> None:
    model = write_tiny_writer(tmp_path / "writer")
    data = hfkit.Texts(train=[{"text": text} for text in TEXTS])
    quantize = hfkit.Quantize(model, min_agreement=None, max_metric_drop=0.5, rounds=1, runtime=RUNTIME)
    report = quantize(data, tmp_path / "out")
    assert report.metric is not None
    with pytest.raises(errors.FailedProofError, match=r"perplexity grows by .*, at most 0"):
        quantize.with_(scheme=hfkit.Cast(), max_metric_drop=0)(TEXTS, tmp_path / "failed")
    expected = hfkit.Evaluate(model, split="train", runtime=RUNTIME)(data).perplexity
    assert report.metric.before == expected
    growth = report.metric.after.value / report.metric.before.value - 1
    assert report.metric.drop.value == pytest.approx(growth)
    assert hfkit.Generate(tmp_path / "out", max_new_tokens=3)("a story").source.dtype == "int8"


@pytest.mark.parametrize("verb", ["Classify", "Generate"])
def test_matrices_in_4_bits(verb: Verb, tmp_path: Path) -> None:
    """Made in this process: how a result is proved is tested above."""
    model = (write_tiny_classifier if verb == "Classify" else write_tiny_writer)(tmp_path / "model")
    folder = tmp_path / "out" / "model"
    folder.parent.mkdir()
    make_smaller(resolve(model, offline=True), verb, hfkit.Int4(), RUNTIME, folder)
    opened = hfkit.Classify(folder) if verb == "Classify" else hfkit.Generate(folder, max_new_tokens=3)
    source = opened("a good story").source
    assert (source.backend, source.dtype) == ("onnx", "int4")
    assert any(note.startswith("weights are 4 bits: ") for note in source.notes)
    plan = hfkit.Quantize(model, scheme=hfkit.Int4()).plan()
    eight = hfkit.Quantize(model, scheme=hfkit.Int8()).plan()
    assert plan.changed == eight.changed
    assert plan.expected_bytes < eight.expected_bytes
    assert plan.expected_bytes == pytest.approx(sum(files(folder).values()), rel=0.3)
    with pytest.raises(errors.SettingError, match="is not that of the export in"):
        opened.with_(runtime=hfkit.Runtime(backend="onnx", dtype="float32")).load()


@pytest.mark.parametrize(
    ("scheme", "dtype", "nearest"),
    [
        (hfkit.StaticInt8(tuple(TEXTS)), "int8_static", 0.99),
        (hfkit.Int4(), "int4", 0.9),
        (hfkit.Cast("bfloat16"), "bfloat16", 0.999),
        (hfkit.Cast("float16"), "float16", 0.9999),
    ],
    ids=repr,
)
@pytest.mark.parametrize("verb", ["Embed", "Tag"])
def test_embedders_and_taggers_in_other_schemes(
    verb: Literal["Embed", "Tag"],
    scheme: Scheme,
    dtype: Literal["int8_static", "int4", "bfloat16", "float16"],
    nearest: float,
    *,
    tmp_path: Path,
    write_pooling: Callable[[Path], None],
) -> None:
    """Made in this process: how a result is proved is tested above."""
    model = tmp_path / "model"
    if verb == "Embed":
        write_pooling(write_tiny_embedder(model))
    else:
        write_tiny_tagger(model, family="roberta")
    folder = tmp_path / "out" / "model"
    folder.parent.mkdir()
    make_smaller(resolve(model, offline=True), verb, scheme, RUNTIME, folder)
    if isinstance(scheme, hfkit.Cast):  # what is not in its files is the report's to tell
        runtime = hfkit.Runtime(device="cpu", threads=1, dtype=scheme.dtype)
    else:
        runtime = hfkit.Runtime(threads=1)
    if verb == "Embed":
        one = hfkit.Embed(model, runtime=RUNTIME).batch(TEXTS).to_numpy()
        small = hfkit.Embed(folder, runtime=runtime)
        other = small.batch(TEXTS).to_numpy()
        assert nearest < (one * other).sum(axis=1).min() < 1  # both are of length 1
        source = small.source
    else:
        full, smaller = (
            facade.batch(TEXTS)
            for facade in (hfkit.Tag(model, runtime=RUNTIME), hfkit.Tag(folder, runtime=runtime))
        )
        gaps = [
            abs(before.score - after.score)
            for one_text, same in zip(full, smaller, strict=True)
            for before, after in zip(one_text.words, same.words, strict=True)
        ]
        assert 0 < max(gaps) < 0.2
        source = smaller[0].source
    assert (source.backend, source.dtype) == ("torch" if isinstance(scheme, hfkit.Cast) else "onnx", dtype)
    plan = hfkit.Quantize(model, scheme=scheme, runtime=RUNTIME).plan()
    assert plan.verb == verb
    assert plan.expected_bytes == pytest.approx(sum(files(folder).values()), rel=0.15)


def test_steps_that_are_measured_on_texts(classifier: Path, labelled: hfkit.Labelled, tmp_path: Path) -> None:
    scheme = hfkit.StaticInt8(tuple(TEXTS))
    quantize = hfkit.Quantize(classifier, scheme=scheme, min_agreement=None, rounds=1, runtime=RUNTIME)
    report = quantize(labelled, tmp_path / "out")
    assert report.plan.scheme == "StaticInt8(8 texts)"
    assert report.result.source.dtype == "int8_static"
    assert report.result.source.notes[-1].endswith("in steps of a fixed size, measured on 8 texts")
    assert report.largest_change < 0.2
    assert report.result.changed_by_batching == 0
    writer = write_tiny_writer(tmp_path / "writer")
    with pytest.raises(errors.ModelError, match="is for models that read"):
        quantize.with_(model=writer).plan()


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
        self, cast: hfkit.Quantize, half: Made, tmp_path: Path
    ) -> None:
        shutil.copytree(half.folder, tmp_path / "out")
        before = files(tmp_path / "out")
        with pytest.raises(errors.OutputError, match="has files, must be new or empty"):
            cast(TEXTS, tmp_path / "out")
        with pytest.raises(errors.FailedProofError, match="times as fast, at least 1e"):
            cast.with_(min_speedup=1e9, overwrite=True)(TEXTS, tmp_path / "out")
        assert files(tmp_path / "out") == before
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_files_of_others_are_never_replaced(self, cast: hfkit.Quantize, classifier: Path) -> None:
        before = files(classifier)
        with pytest.raises(errors.OutputError, match="has files that Quantize has not made"):
            cast.with_(overwrite=True)(TEXTS, classifier)
        assert files(classifier) == before

    def test_a_model_that_is_quantized(self, cast: hfkit.Quantize, half: Made, eight: Made) -> None:
        with pytest.raises(errors.ModelError) as caught:
            cast.with_(model=half.folder).plan()
        assert caught.value.message == (
            f"{half.folder} has no weights that Cast(dtype='bfloat16') makes smaller: "
            "stored in 16 bits or fewer already"
        )
        for scheme in (hfkit.Cast(), hfkit.Int8()):
            with pytest.raises(errors.ModelError) as caught:
                cast.with_(model=eight.folder, scheme=scheme).plan()
            assert caught.value.message == (
                f"{eight.folder} holds an ONNX export and no weights, must be a model with its weights"
            )

    def test_a_model_whose_configuration_says_so(self, tmp_path: Path) -> None:
        model = write_tiny_classifier(tmp_path / "model")
        config = json.loads((model / "config.json").read_text())
        (model / "config.json").write_text(json.dumps(config | {"quantization_config": {"bits": 4}}))
        with pytest.raises(errors.ModelError, match="is quantized already, as its config"):
            hfkit.Quantize(model).plan()

    def test_a_model_for_another_verb(self, tmp_path: Path) -> None:
        model = write_tiny_tagger(tmp_path / "model")
        config = json.loads((model / "config.json").read_text())
        (model / "config.json").write_text(json.dumps(config | {"architectures": ["BertForMaskedLM"]}))
        with pytest.raises(
            errors.ModelError, match="must be a model for Classify, Answer, Tag, Embed or Generate"
        ):
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

quantizing.measure_both = compare
runtime = hfkit.Runtime(device="cpu", threads=1)
hfkit.Quantize(sys.argv[1], scheme=hfkit.Cast(), overwrite=True, runtime=runtime)(["a text"], sys.argv[2])
"""


def test_a_kill_between_save_and_proof_leaves_the_old_state(
    cast: hfkit.Quantize, half: Made, classifier: Path, tmp_path: Path
) -> None:
    shutil.copytree(half.folder, tmp_path / "out")
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
    cast.with_(scheme=hfkit.Cast("float16"), overwrite=True)(TEXTS, tmp_path / "out")
    assert load_file(tmp_path / "out" / "model.safetensors")["classifier.bias"].dtype == torch.float16
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_kill_in_the_middle_of_an_exchange_is_put_back(
    cast: hfkit.Quantize, half: Made, tmp_path: Path
) -> None:
    before = files(half.folder)
    shutil.copytree(half.folder, tmp_path / ".out.quantizing" / "replaced")
    with pytest.raises(errors.OutputError, match="set overwrite=True"):
        cast(TEXTS, tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_schemes_side_by_side(cast: hfkit.Quantize, classifier: Path, tmp_path: Path) -> None:
    model = shutil.copytree(classifier, tmp_path / "model")
    found = hfkit.compare(model, [hfkit.Cast(), hfkit.Int8()], TEXTS, rounds=1, runtime=RUNTIME)
    assert [one.scheme for one in found.compared] == ["Cast(dtype='bfloat16')", "Int8()"]
    assert found.refused == ()
    assert found.compared[0].report.plan.changed == cast.plan().changed
    sizes = [one.report.result.bytes for one in found.compared]
    smallest = found.compared[sizes.index(min(sizes))]
    assert smallest.on_front
    assert str(found).splitlines()[0] == f"{model} on 8 probes"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_schemes_that_cannot_be_tried(classifier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "find_spec", lambda name: None if name == "onnx" else name)
    with pytest.raises(errors.MissingDependencyError, match=r"Int8\(\) needs onnx"):
        hfkit.compare(classifier, [hfkit.Int8(), hfkit.Int4()], TEXTS, runtime=RUNTIME)
    with pytest.raises(errors.EmptyInputError, match="there are no schemes"):
        hfkit.compare(classifier, [], TEXTS, runtime=RUNTIME)
    found = hfkit.compare(classifier, [hfkit.Int8(), hfkit.Cast()], ["a text"], rounds=1, runtime=RUNTIME)
    assert found.refused == (hfkit.RefusedScheme("Int8()", "Int8() needs onnx, which is not installed"),)
    assert len(found.compared) == 1


def test_an_encoder_decoder(tmp_path: Path) -> None:
    model = write_tiny_translator(tmp_path / "model")
    report = hfkit.Quantize(model, scheme=hfkit.Cast(), min_agreement=None, rounds=1, runtime=RUNTIME)(
        TEXTS, tmp_path / "out"
    )
    assert report.plan.verb == "Generate"
    assert report.result.bytes < 0.7 * report.original.bytes


def test_an_adapter_becomes_a_whole_model(classifier: Path, tmp_path: Path) -> None:
    rows = [{"text": text, "label": "long" if number % 2 else "short"} for number, text in enumerate(TEXTS)]
    lora = hfkit.Tune(classifier, method=hfkit.Lora(rank=2), steps=2, learning_rate=1e-2, runtime=RUNTIME)
    lora(hfkit.Labelled(train=rows), tmp_path / "adapter")
    quantize = hfkit.Quantize(
        tmp_path / "adapter", scheme=hfkit.Cast(), min_agreement=None, rounds=1, runtime=RUNTIME
    )
    report = quantize(TEXTS, tmp_path / "out")
    assert report.plan.notes[0] == f"the adapter is merged into {classifier}, and the result is a whole model"
    assert hfkit.Classify(tmp_path / "out", runtime=RUNTIME).labels == ("long", "short")
    assert not (tmp_path / "out" / "adapter_config.json").exists()
    assert report.result.source.base is None
    assert report.largest_change < 0.1
