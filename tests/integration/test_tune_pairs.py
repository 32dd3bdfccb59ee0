"""Tune on pairs of texts: what is read and written is what transformers makes of them, and what comes out writes."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

import hfkit
from hfkit import errors
from hfkit.backends.torch.weights import read_config
from hfkit.hub.resolve import resolve
from hfkit.jobs.tuning.batches import Collate
from hfkit.jobs.tuning.parallel import ParallelTask
from hfkit.testing.models import write_tiny_classifier
from hfkit.testing.tiny_writers import write_tiny_writer
from hfkit.testing.translators import write_tiny_translator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hfkit.jobs.tuning.examples import Example

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")
TASKS = {
    "summarization": {"prefix": "summarize: ", "min_length": 3},
    "translation_en_to_ro": {"prefix": "translate English to Romanian: "},
}
PAIRS = [
    {"source": "The good film", "target": "It was good."},
    {"source": "never dull, always a funny story!", "target": "Funny"},
    {"source": "  the old city \n", "target": " an old house and the best people of it "},
]


@dataclass(frozen=True, slots=True)
class Case:
    """A model, the languages, and how transformers is told of them."""

    family: str
    languages: tuple[str, str] | None = None
    own: tuple[str, str] | None = None
    prefix: str = ""
    instruction: str | None = None


CASES = [
    Case("t5", prefix="summarize: "),
    Case("t5", ("en", "ro"), prefix="translate English to Romanian: "),
    Case("t5", ("en", "fr"), prefix=""),
    Case("t5", ("en", "fr"), prefix="into French: ", instruction="into French: "),
    Case("t5", prefix="", instruction=""),
    Case("bart"),
    Case("marian"),
    Case("marian", ("en", "de")),
    Case("nllb", ("en", "de"), ("eng_Latn", "deu_Latn")),
    Case("m2m100", ("en", "fra"), ("en", "fr")),
    Case("mbart50", ("en", "zh"), ("en_XX", "zh_CN")),
    Case("mbart", ("en", "ro"), ("en_XX", "ro_RO")),
]


def _add(file: Path, content: Mapping[str, object]) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **content}))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    made = {
        "t5": write_tiny_writer(root / "t5", family="t5", limit=128),
        "bart": write_tiny_writer(root / "bart", family="bart"),
        "marian": write_tiny_writer(root / "marian", family="marian"),
        "nllb": write_tiny_translator(root / "nllb", family="nllb"),
        "m2m100": write_tiny_translator(root / "m2m100", family="m2m100"),
        "mbart50": write_tiny_translator(root / "mbart50", family="mbart50"),
        "mbart": write_tiny_translator(root / "mbart", family="mbart"),
    }
    _add(made["t5"] / "config.json", {"task_specific_params": TASKS, "dropout_rate": 0.0})
    return made


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def task(folder: Path, data: hfkit.Parallel, *, window: int = 64) -> ParallelTask:
    return ParallelTask(data, resolve(folder, offline=True), window=window, runtime=RUNTIME)


def opened(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForSeq2SeqLM.from_pretrained(folder)
    return tokenizer, model.eval()


def _shifted(model: Any, labels: torch.Tensor) -> torch.Tensor:
    """What a model makes of labels by itself."""
    from transformers.models.m2m_100.modeling_m2m_100 import shift_tokens_right

    config = model.config
    shifted: torch.Tensor = (
        shift_tokens_right(labels, config.pad_token_id, config.decoder_start_token_id)
        if config.model_type == "m2m_100"
        else model.prepare_decoder_input_ids_from_labels(labels)
    )
    return shifted


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}-{case.languages}-{case.instruction}")
def test_batches_and_loss_are_those_of_transformers(models: dict[str, Path], case: Case) -> None:
    folder = models[case.family]
    data = hfkit.Parallel(train=PAIRS, languages=case.languages, instruction=case.instruction)
    own = task(folder, data)
    examples = own.examples(data.train)
    assert examples.cut == 0
    tokenizer, model = opened(folder)
    if case.own is not None:
        tokenizer.src_lang, tokenizer.tgt_lang = case.own
    for pair, example in zip(PAIRS, examples.examples, strict=True):
        assert example.ids.tolist() == tokenizer(case.prefix + pair["source"].strip())["input_ids"]
        written = tokenizer(text_target=pair["target"].strip())["input_ids"]
        assert example.labels["labels"].tolist() == written
    config = read_config(resolve(folder, offline=True), RUNTIME)
    batch = Collate(pad_id=config.pad_token_id, labels=own.labels)(examples.examples)
    labels = batch.pop("labels")
    shifted = _shifted(model, labels.clone())
    counted = labels != -100
    if case.family.startswith("mbart"):  # its own shift writes the end where nothing is left of a short row
        counted[:, 0] = True
    assert (batch["decoder_input_ids"] == shifted)[counted].all()
    with torch.no_grad():
        expected = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels)
        found = own.loss(hfkit.Tune(folder), data.train)(model(**batch), labels) / int((labels != -100).sum())
    assert float(found) == pytest.approx(float(expected.loss), rel=1e-5)


def test_smoothing_is_that_of_trainer(models: dict[str, Path]) -> None:
    from transformers.trainer_pt_utils import LabelSmoother

    data = hfkit.Parallel(train=PAIRS)
    own = task(models["t5"], data)
    batch = Collate(pad_id=0, labels=own.labels)(own.examples(data.train).examples)
    labels = batch.pop("labels")
    _, model = opened(models["t5"])
    with torch.no_grad():
        output = model(**batch)
        loss = own.loss(hfkit.Tune("base", label_smoothing=0.1), data.train)
        found = loss(output, labels) / int((labels != -100).sum())
    assert float(found) == pytest.approx(float(LabelSmoother(0.1)(output, labels)), rel=1e-5)


def test_what_is_too_long_is_cut_and_counted(models: dict[str, Path]) -> None:
    long = "the good film was never dull " * 20
    rows = [
        {"source": long, "target": "good"},
        {"source": "good", "target": long},
        {"source": "good", "target": "bad"},
    ]
    data = hfkit.Parallel(train=rows)
    found = task(models["t5"], data, window=16).examples(data.train)
    assert found.cut == 2
    (end,) = (
        task(models["t5"], hfkit.Parallel(train=PAIRS))
        .examples(hfkit.Parallel(train=PAIRS).train)
        .examples[1]
        .labels["labels"][-1:]
    )

    def sizes(example: Example) -> tuple[int, int]:
        return len(example.ids), len(example.labels["labels"])

    assert sizes(found[0])[0] == sizes(found[1])[1] == 16
    assert found[0].ids[-1] == end
    assert found[1].labels["labels"][-1] != end
    assert found[0].labels["labels"][-1] == end
    assert found.lengths.tolist() == [sum(sizes(example)) for example in found.examples]


OPPOSITES = {"good": "bad", "old": "new", "happy": "sad", "love": "hate", "day": "night", "never": "always"}


def toy(count: int) -> list[dict[str, str]]:
    words = list(OPPOSITES.items())[:count] * (count // len(OPPOSITES) or 1)
    return [{"source": f"{one} film", "target": f"film {other}"} for one, other in words]


@pytest.mark.parametrize("family", ["t5", "marian", "bart"])
def test_a_mapping_is_learned_and_written(models: dict[str, Path], tmp_path: Path, family: str) -> None:
    """Each word has its opposite; what is trained on is what Translate reads, so it writes what was taught."""
    data = hfkit.Parallel(
        train=toy(36), validation=toy(6), languages=("en", "ro") if family == "t5" else None
    )
    tune = hfkit.Tune(
        models[family],
        steps=140,
        evaluate_every=70,
        batch_size=12,
        learning_rate=1e-2,
        precision="float32",
        runtime=RUNTIME,
    )
    report = tune(data, tmp_path / "out")
    assert report.goal == "loss"
    assert report.best is not None
    assert report.best.figure("loss") == min(state.figure("loss") for state in report.states)
    assert report.best.figure("loss") < 0.1
    assert report.losses[-1][1] < 0.2 * report.losses[0][1]
    assert report.best.figure("perplexity") == pytest.approx(np.exp(report.best.figure("loss")))
    translate = hfkit.Translate(tmp_path / "out", runtime=RUNTIME)
    said = translate.batch([row["source"] for row in toy(6)])
    examples = task(models[family], data).examples(data.train)
    tokenizer, _ = opened(models[family])
    for one, example in zip(said, examples.examples, strict=False):
        assert one.text == tokenizer.decode(example.labels["labels"], skip_special_tokens=True)
        assert one.prompt_tokens == len(example.ids)
    assert (tmp_path / "out" / "generation_config.json").is_file()
    evaluated = hfkit.Evaluate(translate, split="validation")(data)
    assert evaluated.scores.chrf.value > 90


@pytest.mark.parametrize("family", ["t5", "bart", "marian"])
@pytest.mark.parametrize(
    "method", [hfkit.Lora(rank=8), hfkit.Lora(rank=8, merge=True)], ids=["adapter", "merged"]
)
def test_small_matrices_write_with_the_words_that_they_were_taught(
    models: dict[str, Path], tmp_path: Path, family: str, method: hfkit.Lora
) -> None:
    words = None if family == "marian" else "opposite: "
    data = hfkit.Parallel(train=toy(12), validation=toy(6), instruction=words)
    tune = hfkit.Tune(
        models[family],
        method=method,
        steps=18,
        evaluate_every=9,
        batch_size=4,
        learning_rate=1e-2,
        runtime=RUNTIME,
    )
    report = tune(data, tmp_path / "out")
    assert report.plan.new == ()
    assert report.plan.trainable < 0.5 * report.plan.parameters
    assert report.best is not None
    assert report.best.figure("loss") < report.states[0].figure("loss")
    summarize = hfkit.Summarize(tmp_path / "out", max_new_tokens=8, runtime=RUNTIME)
    expected = task(models[family], data).examples(data.train)[0].ids
    assert summarize(str(toy(1)[0]["source"])).prompt_tokens == len(expected)
    if family == "t5":
        config = json.loads((tmp_path / "out" / "config.json").read_text())
        assert config["task_specific_params"] == {"summarization": {"prefix": "opposite: ", "min_length": 3}}
    assert (tmp_path / "out" / "adapter_config.json").exists() != method.merge


def test_a_new_pair_of_languages_is_found_by_translate(models: dict[str, Path], tmp_path: Path) -> None:
    data = hfkit.Parallel(train=toy(8), languages=("en", "pt-BR"), instruction="into Portuguese: ")
    tune = hfkit.Tune(models["t5"], method=hfkit.Lora(rank=2), steps=1, batch_size=4, runtime=RUNTIME)
    tune(data, tmp_path / "out")
    translate = hfkit.Translate(
        tmp_path / "out", source="en", target="pt-br", max_new_tokens=64, runtime=RUNTIME
    )
    ids = task(models["t5"], data).examples(data.train)[0].ids
    assert translate("good film").prompt_tokens == len(ids)
    assert translate == translate.with_(source="en")


def test_a_plan_counts_both_texts(models: dict[str, Path]) -> None:
    data = hfkit.Parallel(train=toy(12), instruction="")
    plan = hfkit.Tune(models["t5"], batch_size=4, max_tokens=6, runtime=RUNTIME).plan(data)
    found = task(models["t5"], data, window=6).examples(data.train)
    assert plan.tokens_per_epoch == found.lengths.sum()
    assert plan.cut == found.cut > 0
    assert plan.task == "Parallel"


@pytest.mark.parametrize(
    ("family", "given", "message"),
    [
        ("m2m100", {}, r"knows 100 languages, and source names none\n.*languages=\('en', 'de'\)"),
        ("m2m100", {"languages": ("en", "tlh")}, r"target 'tlh' is no language of"),
        (
            "m2m100",
            {"languages": ("en", "de"), "instruction": "do: "},
            r"does not read one\n.*told by languages",
        ),
        ("t5", {"languages": ("en", "deutsch")}, r"languages name 'deutsch', which is no code"),
        ("bert", {}, r"does not read one text and write another, as Parallel data want it"),
        (
            "t5",
            {"instruction": "the good film was never dull " * 9},
            r"a window of 64 tokens leaves no room beside",
        ),
    ],
)
def test_settings_that_do_not_fit_the_base(
    models: dict[str, Path], tmp_path: Path, family: str, given: Any, message: str
) -> None:
    folder = models.get(family) or write_tiny_classifier(tmp_path / "base")
    data = hfkit.Parallel(train=PAIRS, **given)
    with pytest.raises(errors.SettingError, match=message):
        hfkit.Tune(folder, max_tokens=64, runtime=RUNTIME).plan(data)


def test_labels_are_not_weighed(models: dict[str, Path]) -> None:
    tune = hfkit.Tune(models["t5"], class_weights="balanced", runtime=RUNTIME)
    with pytest.raises(errors.SettingError, match=r"class_weights weigh labels, and Parallel data have none"):
        tune.plan(hfkit.Parallel(train=PAIRS))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"source": "good", "target": " "}, r"row 1 cannot be learned from: column 'target': blank_text"),
        ({"source": None, "target": "good"}, r"row 1 .*: column 'source': missing_value"),
        ({"source": "\u200b", "target": "good"}, r"row 1 .*: its 'source' gives no tokens"),
        ({"source": "good", "target": "\u200b"}, r"row 1 .*: its 'target' gives no tokens"),
    ],
)
def test_rows_that_nothing_can_be_learned_from(
    models: dict[str, Path], tmp_path: Path, row: dict[str, object], message: str
) -> None:
    with pytest.raises(errors.DataError, match=message):
        hfkit.Tune(models["marian"], runtime=RUNTIME)(hfkit.Parallel(train=[PAIRS[0], row]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_copies_may_be_learned(models: dict[str, Path]) -> None:
    data = hfkit.Parallel(train=[{"source": "good", "target": "good"}])
    assert len(task(models["t5"], data).examples(data.train)) == 1


def test_a_decoder_without_a_beginning_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_writer(tmp_path / "t5", family="t5")
    for file in ("config.json", "generation_config.json"):
        content = json.loads((folder / file).read_text())
        content.pop("decoder_start_token_id")
        content.pop("bos_token_id", None)
        (folder / file).write_text(json.dumps(content))
    with pytest.raises(errors.SettingError, match="does not say what its decoder begins with"):
        task(folder, hfkit.Parallel(train=PAIRS))
