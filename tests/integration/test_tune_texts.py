"""Tune on texts and chats with tiny models: packed texts are what each is alone, and figures those of Evaluate."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer

import hfkit
from hfkit import errors
from hfkit.jobs.tuning.batches import IGNORED, Collate
from hfkit.jobs.tuning.examples import Example
from hfkit.jobs.tuning.losses import TokenLoss
from hfkit.jobs.tuning.packed_reading import keeps_apart
from hfkit.jobs.tuning.preparing import prepare
from hfkit.testing import write_tiny_classifier, write_tiny_writer
from hfkit.text.packing import pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedModel

    from hfkit.testing.tiny_writers import TinyWriterFamily

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")


def stories(count: int, *, start: int = 0) -> list[dict[str, object]]:
    return [
        {"text": f"{number} : " + "the good movie was " * (number % 6 + 1) + "dull " * (number % 4)}
        for number in range(start, start + count)
    ]


@pytest.fixture(scope="module")
def texts() -> hfkit.Texts:
    return hfkit.Texts(train=stories(48), validation=stories(12, start=60))


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[TinyWriterFamily, Path]:
    root = tmp_path_factory.mktemp("writers")
    families: tuple[TinyWriterFamily, ...] = ("gpt2", "llama", "mistral", "opt", "bloom", "t5")
    return {family: write_tiny_writer(root / family, family=family) for family in families}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("encoder"))


def tune_of(base: Path, **settings: object) -> hfkit.Tune:
    usual: dict[str, object] = {"epochs": 3, "batch_size": 8, "learning_rate": 5e-3, "precision": "float32"}
    return hfkit.Tune(base, runtime=RUNTIME, **(usual | settings))  # type: ignore[arg-type]


def opened(base: Path, attention: str) -> PreTrainedModel:
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(base, attn_implementation=attention)
    model.config.use_cache = False
    model.eval()  # type: ignore[no-untyped-call]
    return model


def weights(folder: Path) -> Mapping[str, np.ndarray]:
    (file,) = folder.glob("*model.safetensors")
    return load_file(file)


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("family", ["gpt2", "llama", "mistral"])
def test_texts_in_one_row_are_what_each_is_alone(
    writers: Mapping[TinyWriterFamily, Path], family: TinyWriterFamily, attention: str
) -> None:
    """Logits and losses, with transformers' own loss for each text.

    In double precision, as a row of another length sums in another order; some families keep to float32 within.
    """
    model = opened(writers[family], attention).double()
    chance = np.random.default_rng(1)
    texts = [chance.integers(int(model.config.vocab_size), size=size) for size in (31, 12, 7, 5, 2, 2, 19)]
    examples = []
    for ids in texts:
        told = ids.copy()
        told[0] = IGNORED
        examples.append(Example(ids, None, {"labels": told}))
    batch = Collate(pad_id=0, labels="tokens", packed=40)(examples)
    assert batch["input_ids"].shape[0] < len(texts)
    labels = batch.pop("labels")
    alone = [torch.from_numpy(ids)[None] for ids in texts]
    with torch.inference_mode():
        together = model(**batch)
        single = [model(input_ids=ids, labels=ids) for ids in alone]
    loss = float(TokenLoss(shifted=True)(together, labels))
    assert loss == pytest.approx(
        sum(float(one.loss) * (ids.numel() - 1) for one, ids in zip(single, alone, strict=True)), rel=1e-6
    )
    for number, row in enumerate(pack(np.array(list(map(len, texts))), most=40)):
        start = 0
        for place in row.tolist():
            stop = start + len(texts[place])
            torch.testing.assert_close(
                together.logits[number, start:stop], single[place].logits[0], atol=1e-5, rtol=1e-5
            )
            assert labels[number, start] == IGNORED
            start = stop


def test_models_that_do_not_keep_texts_apart_are_found(writers: Mapping[TinyWriterFamily, Path]) -> None:
    """OPT makes its mask without positions, BLOOM takes none; with a cache transformers looks at none."""
    families: dict[TinyWriterFamily, bool] = {"gpt2": True, "llama": True, "mistral": True, "opt": False}
    for family, apart in (families | {"bloom": False}).items():
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(writers[family])
        assert not keeps_apart(model)
        model.config.use_cache = False
        assert keeps_apart(model) == apart, family


def test_training_is_the_same_packed_or_not(
    writers: Mapping[TinyWriterFamily, Path],
    texts: hfkit.Texts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tune = tune_of(writers["llama"], steps=5)
    packed = tune(texts, tmp_path / "packed")
    monkeypatch.setattr("hfkit.jobs.tuning.task_choice.reads_packed", lambda *_: False)
    padded = tune(texts, tmp_path / "padded")
    first, second = weights(tmp_path / "packed"), weights(tmp_path / "padded")
    assert max(float(np.abs(first[name] - second[name]).max()) for name in first) < 1e-5
    assert packed.plan.padding < padded.plan.padding
    assert packed.plan.tokens_per_epoch == padded.plan.tokens_per_epoch
    assert np.array(packed.losses) == pytest.approx(np.array(padded.losses))


@pytest.mark.parametrize("method", [hfkit.Full(), hfkit.Lora(rank=8), hfkit.Lora(rank=8, merge=True)])
@pytest.mark.parametrize("family", ["gpt2", "llama", "bloom"])
def test_figures_are_those_of_evaluate(
    writers: Mapping[TinyWriterFamily, Path],
    texts: hfkit.Texts,
    tmp_path: Path,
    family: TinyWriterFamily,
    method: hfkit.Full | hfkit.Lora,
) -> None:
    rate = 5e-3 if isinstance(method, hfkit.Full) else 2e-2
    report = tune_of(writers[family], method=method, learning_rate=rate)(texts, tmp_path / "out")
    assert report.best is not None
    assert report.goal == "loss"
    assert report.best.figure("loss") < 0.8 * report.losses[0][1]
    assert report.best.figure("loss") == min(state.figure("loss") for state in report.states)
    window = report.plan.window if family == "bloom" else None  # it names no limit
    evaluated = hfkit.Evaluate(tmp_path / "out", split="validation", window=window, runtime=RUNTIME)(texts)
    assert evaluated.window == report.plan.window
    assert evaluated.scores.loss.value == pytest.approx(report.best.figure("loss"), rel=1e-5)
    assert evaluated.perplexity.value == pytest.approx(report.best.figure("perplexity"), rel=1e-5)
    hfkit.Generate(tmp_path / "out", runtime=RUNTIME, max_new_tokens=3)("the good")
    assert json.loads((tmp_path / "out" / "config.json").read_text())["use_cache"] is True


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_every_token_is_learned_once(
    writers: Mapping[TinyWriterFamily, Path], family: TinyWriterFamily
) -> None:
    """But a text's first; long texts go on in windows, and an end stands behind each."""
    rows = [{"text": "the good movie was dull " * count} for count in (1, 3, 12, 30, 40)]
    tune = tune_of(writers[family], max_tokens=32)
    prepared = prepare(tune, hfkit.Texts(train=rows, validation=rows))
    tokenizer: Any = AutoTokenizer.from_pretrained(writers[family])
    expected: list[int] = []
    for row in rows:
        expected += [*tokenizer(row["text"])["input_ids"][1:], tokenizer.eos_token_id]
    learned: list[int] = []
    for example in prepared.train.examples:
        assert 2 <= len(example.ids) <= 32
        labels = example.labels["labels"]
        assert labels[0] == IGNORED
        assert (labels[1:] == example.ids[1:]).all()
        learned += labels[1:].tolist()
    assert learned == expected
    assert prepared.train.packs
    assert prepared.train.cut == 0
    assert prepared.validation is not None
    told = np.concatenate([example.labels["labels"] for example in prepared.validation.examples])
    assert (told != IGNORED).sum() == len(expected) - len(rows)  # nothing is put behind a text


@pytest.mark.parametrize("method", [hfkit.Full(), hfkit.Lora(rank=8, merge=True)])
def test_an_encoder_learns_to_fill_gaps(
    encoder: Path, texts: hfkit.Texts, tmp_path: Path, method: hfkit.Full | hfkit.Lora
) -> None:
    tune = tune_of(encoder, method=method, epochs=5, learning_rate=5e-3 if method == hfkit.Full() else 2e-2)
    report = tune(texts, tmp_path / "out")
    assert report.best is not None
    assert report.best.figure("loss") < 0.8 * report.losses[0][1]
    assert report.plan.trainable <= report.plan.parameters / (1 if method == hfkit.Full() else 2)
    prepared = prepare(tune, texts)
    assert prepared.validation is not None
    model = AutoModelForMaskedLM.from_pretrained(tmp_path / "out")
    losses, count = 0.0, 0
    with torch.inference_mode():
        for example in prepared.validation.examples:
            labels = torch.from_numpy(example.labels["labels"])[None]
            output = model(input_ids=torch.from_numpy(example.ids)[None], labels=labels)
            told = int((labels != IGNORED).sum())
            losses, count = losses + float(output.loss) * told, count + told
    assert report.best.figure("loss") == pytest.approx(losses / count, rel=1e-4)
    labelled = hfkit.Labelled(train=[{"text": f"a {n}", "label": "ab"[n % 2]} for n in range(8)])
    again = tune_of(tmp_path / "out", steps=1)(labelled, tmp_path / "labelled")
    assert {name.rpartition(".")[0] for name in again.plan.new} == {"classifier", "bert.pooler.dense"}


def test_gaps_are_others_in_each_epoch_and_the_same_in_evaluation(encoder: Path, texts: hfkit.Texts) -> None:
    first, again = (prepare(tune_of(encoder, seed=seed), texts) for seed in (0, 0))
    other = prepare(tune_of(encoder, seed=1), texts)

    def read(prepared: object, epoch: int) -> list[list[int]]:
        train = prepared.train  # type: ignore[attr-defined]
        return [train.in_epoch(position, epoch).ids.tolist() for position in range(len(train))]

    assert read(first, 1) == read(again, 1)
    assert read(first, 1) != read(first, 2)
    assert read(first, 1) != read(other, 1)
    for one, two in ((first, again), (first, other)):
        assert one.validation is not None
        assert two.validation is not None
        assert [e.ids.tolist() for e in one.validation.examples] == [
            e.ids.tolist() for e in two.validation.examples
        ]
    mask = AutoTokenizer.from_pretrained(encoder).mask_token_id
    assert all(mask not in example.ids for example in first.train.examples)
    assert any(mask in ids for ids in read(first, 0))


def test_an_encoder_reads_every_token_of_a_long_text(encoder: Path) -> None:
    text = "the good movie was dull " * 40
    prepared = prepare(tune_of(encoder), hfkit.Texts(train=[{"text": text}]))
    content = np.concatenate([example.ids[1:-1] for example in prepared.train.examples])
    tokenizer: Any = AutoTokenizer.from_pretrained(encoder)
    assert content.tolist() == tokenizer(text, add_special_tokens=False)["input_ids"]
    assert max(prepared.train.lengths) == prepared.window


_SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_tune_texts as tests
tests.run_in(Path(sys.argv[2]), "killed")
"""


def run_in(folder: Path, name: str) -> None:
    data = hfkit.Texts(train=stories(48), validation=stories(12, start=60))
    tune_of(folder / "base", epochs=4, evaluate_every=4)(data, folder / name)


@pytest.mark.parametrize("kind", ["gpt2", "bert"])
def test_a_run_that_is_killed_ends_the_same(tmp_path: Path, kind: str) -> None:
    """With ``kill -9`` in the middle of an epoch: to the bit, the gaps of later steps included."""
    if kind == "bert":
        write_tiny_classifier(tmp_path / "base")
    else:
        write_tiny_writer(tmp_path / "base", family="gpt2")
    command = [sys.executable, "-c", _SCRIPT, str(Path(__file__).parent), str(tmp_path)]
    run_in(tmp_path, "whole")
    process = subprocess.Popen(command)
    while process.poll() is None and not (tmp_path / ".killed.tuning" / "checkpoint-8").exists():
        time.sleep(0.002)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    run_in(tmp_path, "killed")
    first, second = weights(tmp_path / "whole"), weights(tmp_path / "killed")
    assert all((first[name] == second[name]).all() for name in first)
    reports = [json.loads((tmp_path / name / "training.json").read_text()) for name in ("whole", "killed")]
    assert reports[0]["losses"] == reports[1]["losses"]
    assert reports[1]["resumed"] >= 4


def test_bases_that_cannot_learn_it_are_refused(
    writers: Mapping[TinyWriterFamily, Path], encoder: Path, texts: hfkit.Texts, tmp_path: Path
) -> None:
    chats = hfkit.Chats(
        train=[{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}]
    )
    with pytest.raises(errors.SettingError, match=r"\(t5\) encodes one text and writes another") as caught:
        tune_of(writers["t5"])(texts, tmp_path / "out")
    assert "hfkit.Parallel" in caught.value.hint
    with pytest.raises(errors.SettingError, match=r"does not learn from Chats"):
        tune_of(writers["t5"])(chats, tmp_path / "out")
    with pytest.raises(errors.SettingError, match=r"\(bert\) fills gaps in texts, and writes none"):
        tune_of(encoder)(chats, tmp_path / "out")
    with pytest.raises(errors.TokenizerError, match="has no chat template"):
        tune_of(writers["gpt2"])(chats, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_settings_that_do_not_fit_are_refused(
    writers: Mapping[TinyWriterFamily, Path], encoder: Path, texts: hfkit.Texts, tmp_path: Path
) -> None:
    with pytest.raises(errors.SettingError, match=r"max_tokens is 1, must be at least 2 for Texts"):
        tune_of(writers["gpt2"], max_tokens=1)(texts, tmp_path / "out")
    with pytest.raises(errors.SettingError, match=r"max_tokens is 2, must be more than the 2 special tokens"):
        tune_of(encoder, max_tokens=2)(texts, tmp_path / "out")
    with pytest.raises(errors.SettingError, match=r"class_weights weigh labels, and Texts data have none"):
        tune_of(writers["gpt2"], class_weights="balanced")(texts, tmp_path / "out")
    with pytest.raises(errors.DataError, match=r"row 1 cannot be learned from: column 'text': blank_text"):
        tune_of(writers["gpt2"])(hfkit.Texts(train=[{"text": "a"}, {"text": " "}]), tmp_path / "out")
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json", "model.safetensors"):
        (tmp_path / "base").mkdir(exist_ok=True)
        (tmp_path / "base" / name).write_bytes((encoder / name).read_bytes())
    settings = json.loads((tmp_path / "base" / "tokenizer_config.json").read_text())
    del settings["mask_token"]
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    (tmp_path / "base" / "tokenizer_config.json").write_text(json.dumps(settings))
    with pytest.raises(errors.SettingError, match="has no mask to put into gaps"):
        tune_of(tmp_path / "base")(texts, tmp_path / "out")


def test_texts_of_one_token_teach_nothing(writers: Mapping[TinyWriterFamily, Path]) -> None:
    base = writers["bloom"]
    single = AutoTokenizer.from_pretrained(base).convert_ids_to_tokens(5)
    prepared = prepare(tune_of(base), hfkit.Texts(train=[{"text": single}]))
    assert len(prepared.train.examples[0].ids) == 2  # the end stands behind it
    with pytest.raises(errors.DataError, match=r"none of the Texts holds a token that can be learned"):
        prepare(tune_of(base), hfkit.Texts(train=[{"text": single}], validation=[{"text": single}]))
