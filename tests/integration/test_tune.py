"""Tune on tiny models: what it writes opens, and is what a plain loop over the same steps gives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoModelForSequenceClassification, get_linear_schedule_with_warmup, set_seed

import hfkit
from hfkit import errors
from hfkit.testing import write_tiny_classifier, write_tiny_reader
from hfkit.text.epochs import plan_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hfkit.facades.tune import TuneChanges

RUNTIME = hfkit.Runtime(device="cpu", threads=1, progress="never")


def reviews(count: int, *, start: int = 0) -> list[dict[str, object]]:
    good, bad = ["good", "fine", "warm", "clever"], ["bad", "dull", "cold", "silly"]
    return [
        {
            "text": f"a {(good if number % 2 else bad)[number // 2 % 4]} film "
            + "with words " * (number % 9)
            + str(number),
            "label": "liked" if number % 2 else "hated",
        }
        for number in range(start, start + count)
    ]


def questions(count: int) -> list[dict[str, object]]:
    names = ["anna", "ben", "carl", "dora", "emil"]
    rows: list[dict[str, object]] = []
    for number in range(count):
        who, year = names[number % 5], str(1900 + number % 37)
        context = (
            "the house is old . " * (number % 30)
            + f"{who} was born in {year} . "
            + "it is far . " * (number % 9)
        )
        answers = {"text": [year], "answer_start": [context.index(year)]}
        rows.append({"question": f"when was {who} born ?", "context": context, "answers": answers})
    return rows


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_classifier(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without dropout, whose draws depend on the shapes of batches."""
    folder = write_tiny_classifier(tmp_path_factory.mktemp("steady"))
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="module")
def data() -> hfkit.Labelled:
    return hfkit.Labelled(train=reviews(64), validation=reviews(16, start=100))


@pytest.fixture
def tune(base: Path) -> hfkit.Tune:
    return hfkit.Tune(base, epochs=4, batch_size=8, learning_rate=5e-3, runtime=RUNTIME)


def weights(folder: Path) -> Mapping[str, np.ndarray]:
    """Give all weights but the biases of keys: they change no attention, and Adam steps by the sign of their noise."""
    (file,) = folder.glob("*model.safetensors")
    return {name: weight for name, weight in load_file(file).items() if not name.endswith("key.bias")}


def largest_gap(one: Path, other: Path) -> float:
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    return max(float(np.abs(first[name] - second[name]).max()) for name in first)


def test_dropout_is_of_the_training_alone(
    base: Path, steady: Path, tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path
) -> None:
    """The weights are those of a base that says so itself; what is written says what the base says."""
    tune.with_(steps=3, dropout=0.0)(data, tmp_path / "told")
    tune.with_(steps=3, base=steady)(data, tmp_path / "said")
    assert largest_gap(tmp_path / "told", tmp_path / "said") == 0.0
    names = ("hidden_dropout_prob", "attention_probs_dropout_prob")
    told, own = (json.loads((folder / "config.json").read_text()) for folder in (tmp_path / "told", base))
    assert [told[name] for name in names] == [own[name] for name in names]
    assert all(own[name] > 0 for name in names)


def test_a_tuned_model_opens_with_the_names_of_its_labels(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path
) -> None:
    report = tune.with_(epochs=8)(data, tmp_path / "out")
    classify = hfkit.Classify(tmp_path / "out", runtime=RUNTIME)
    assert sorted(classify.labels) == ["hated", "liked"]
    evaluated = hfkit.Evaluate(classify, split="validation")(data)
    assert report.best is not None
    assert evaluated.accuracy.value == pytest.approx(report.best.figure("accuracy"))
    assert evaluated.macro_f1.value == pytest.approx(report.best.figure("macro_f1"))
    assert evaluated.accuracy.value > 0.9
    assert evaluated.scores.confusion == report.confusion
    assert json.loads((tmp_path / "out" / "training.json").read_text())["settings"] == report.settings
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_step_is_that_of_a_plain_loop(steady: Path, data: hfkit.Labelled, tmp_path: Path) -> None:
    """The same steps, by hand: transformers' own loss, torch's own optimizer, one example after the other."""
    tune = hfkit.Tune(
        steady, steps=5, batch_size=8, learning_rate=1e-3, precision="float32", seed=3, runtime=RUNTIME
    )
    tune(hfkit.Labelled(train=data.train), tmp_path / "out")
    labels = ["hated", "liked"]
    set_seed(3)
    model = AutoModelForSequenceClassification.from_pretrained(
        steady,
        id2label=dict(enumerate(labels)),
        label2id={name: number for number, name in enumerate(labels)},
        ignore_mismatched_sizes=True,
    )
    model.classifier.apply(model._init_weights)
    model.train()
    norms = [name for name, _ in model.named_parameters() if "bias" in name or "LayerNorm" in name]
    optimizer = torch.optim.AdamW(
        [
            {
                "params": [p for name, p in model.named_parameters() if name not in norms],
                "weight_decay": 0.01,
            },
            {"params": [p for name, p in model.named_parameters() if name in norms], "weight_decay": 0.0},
        ],
        lr=1e-3,
    )
    schedule = get_linear_schedule_with_warmup(optimizer, 1, 5)  # type: ignore[no-untyped-call]
    tokens = hfkit.Tokenize(steady)
    rows = reviews(64)
    encoded = [tokens(str(row["text"])) for row in rows]
    lengths = np.array([len(one.ids) for one in encoded])
    for step in plan_steps(lengths, rows=8, seed=3, epoch=0)[:5]:
        optimizer.zero_grad()
        for position in step.tolist():
            output = model(
                input_ids=torch.tensor([encoded[position].ids]),
                labels=torch.tensor([labels.index(str(rows[position]["label"]))]),
            )
            (output.loss / len(step)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    found, expected = weights(tmp_path / "out"), model.state_dict()
    assert max(float(np.abs(found[name] - expected[name].numpy()).max()) for name in found) < 2e-5


def test_a_step_is_the_same_in_parts(
    steady: Path, data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune = hfkit.Tune(
        steady,
        steps=6,
        batch_size=8,
        learning_rate=5e-3,
        precision="float32",
        label_smoothing=0.1,
        class_weights="balanced",
        runtime=RUNTIME,
    )
    tune(data, tmp_path / "whole")
    for parts in (2, 8):
        monkeypatch.setattr("hfkit.jobs.tuning.planning.choose_parts", lambda *_, parts=parts, **__: parts)
        report = tune(data, tmp_path / str(parts))
        assert report.plan.parts == parts
        assert largest_gap(tmp_path / "whole", tmp_path / str(parts)) < 1e-5


def test_small_matrices_open_like_a_model(tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path) -> None:
    tune = tune.with_(method=hfkit.Lora(rank=8), epochs=10, learning_rate=2e-2)
    report = tune(data, tmp_path / "adapter")
    merged = tune.with_(method=hfkit.Lora(rank=8, merge=True))(data, tmp_path / "merged")
    assert report.plan.trainable < 0.25 * report.plan.parameters
    assert report.plan.targets == ("dense", "key", "query", "value")
    assert report.best is not None
    assert merged.best == report.best
    results = [
        hfkit.Classify(tmp_path / name, runtime=RUNTIME).batch([str(row["text"]) for row in reviews(9)])
        for name in ("adapter", "merged")
    ]
    assert not (tmp_path / "merged" / "adapter_model.safetensors").exists()
    for one, other in zip(*results, strict=True):
        assert one.label == other.label
        assert one.score == pytest.approx(other.score, abs=1e-4)
    evaluated = hfkit.Evaluate(tmp_path / "adapter", split="validation", runtime=RUNTIME)(data)
    assert evaluated.accuracy.value == pytest.approx(report.best.figure("accuracy"))


def test_pairs_and_several_labels(base: Path, tmp_path: Path) -> None:
    tune = hfkit.Tune(base, epochs=1, batch_size=4, runtime=RUNTIME)
    pairs = [{"a": f"one {n}", "b": f"two {n}", "label": ["same", "other"][n % 2]} for n in range(12)]
    report = tune(hfkit.Labelled(train=pairs, text="a", second="b"), tmp_path / "pairs")
    assert report.best is None
    assert report.states == ()
    assert hfkit.Classify(tmp_path / "pairs", runtime=RUNTIME)(hfkit.Pair("one", "two")).label in {
        "same",
        "other",
    }
    many = [{"text": f"text {n}", "label": [["a"], ["a", "b"], [], ["c"]][n % 4]} for n in range(16)]
    data = hfkit.Labelled(train=many[:12], validation=many[12:])
    report = tune.with_(class_weights={"a": 1.0, "b": 2.0, "c": 1.0})(data, tmp_path / "many")
    assert [name for name, _ in report.states[0].figures] == ["macro_f1", "subset_accuracy"]
    result = hfkit.Classify(tmp_path / "many", threshold=0.0, runtime=RUNTIME)("text")
    assert set(result.labels) == {"a", "b", "c"}


def test_questions(tmp_path: Path) -> None:
    base = write_tiny_reader(tmp_path / "base")
    rows = questions(90)
    data = hfkit.Squad(train=rows[:75], validation=rows[75:])
    tune = hfkit.Tune(base, epochs=4, batch_size=8, learning_rate=3e-3, runtime=RUNTIME)
    report = tune(data, tmp_path / "out")
    assert report.plan.examples > len(rows)  # long contexts are read in windows
    assert report.best is not None
    window = report.plan.window
    answer = hfkit.Answer(
        tmp_path / "out", overlap=window // 3, max_answer_tokens=window // 3, runtime=RUNTIME
    )
    evaluated = hfkit.Evaluate(answer, split="validation")(data)
    assert evaluated.scores.f1 / 100 == pytest.approx(report.best.figure("f1"))
    assert evaluated.scores.exact_match / 100 == pytest.approx(report.best.figure("exact_match"))
    assert report.best.figure("f1") > report.states[0].figure("f1")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"class_weights": "balanced"}, "class_weights weigh labels, and Squad data have none"),
        ({"label_smoothing": 0.1}, "label_smoothing is 0.1, and answers are places in a text, not labels"),
    ],
)
def test_answers_have_no_labels(changes: TuneChanges, message: str, tmp_path: Path) -> None:
    base = write_tiny_reader(tmp_path / "base")
    tune = hfkit.Tune(base, steps=1, runtime=RUNTIME).with_(**changes)
    with pytest.raises(errors.SettingError, match=message):
        tune(hfkit.Squad(train=questions(8)), tmp_path / "out")


def test_what_is_frozen_stays(tune: hfkit.Tune, base: Path, data: hfkit.Labelled, tmp_path: Path) -> None:
    frozen = ("embeddings.", "encoder.layer.0.")
    report = tune.with_(method=hfkit.Full(frozen=frozen), steps=3)(data, tmp_path / "out")
    before, after = weights(base), weights(tmp_path / "out")
    for name in after:
        own = name.removeprefix("bert.")
        if "classifier" not in own:
            assert bool((before[name] == after[name]).all()) == own.startswith(frozen), name
    assert report.plan.trainable < report.plan.parameters
    with pytest.raises(errors.SettingError, match=r"frozen names 'encodre', with which no weight"):
        tune.with_(method=hfkit.Full(frozen=("encodre",)))(data, tmp_path / "other")


def test_training_ends_when_nothing_gets_better(tmp_path: Path, base: Path, data: hfkit.Labelled) -> None:
    tune = hfkit.Tune(base, epochs=50, batch_size=16, learning_rate=5e-3, patience=2, runtime=RUNTIME)
    report = tune(data, tmp_path / "out")
    assert report.best is not None
    assert report.steps < 50 * 4
    assert len([state for state in report.states if state.step > report.best.step]) == 2


def test_a_loss_that_is_no_number_stops_it_and_names_the_step(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hfkit.jobs.tuning.losses import ClassLoss

    original: Callable[..., torch.Tensor] = ClassLoss.__call__
    calls = [0]

    def breaks(self: ClassLoss, *args: object) -> torch.Tensor:
        calls[0] += 1
        return original(self, *args) * (float("nan") if calls[0] > 3 + 12 else 1.0)  # 3 are measured

    tune = tune.with_(evaluate_every=4)
    with monkeypatch.context() as patch:
        patch.setattr(ClassLoss, "__call__", breaks)
        with pytest.raises(errors.TrainingError, match=r"the loss is no number in step 13 of 32") as caught:
            tune(data, tmp_path / "out")
    assert "the last good checkpoint was kept" in caught.value.hint
    assert not (tmp_path / "out").exists()
    report = tune(data, tmp_path / "out")
    assert report.resumed == 12
    assert [state.step for state in report.states] == [4, 8, 12, 16, 20, 24, 28, 32]


_SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_tune
test_tune.run_in(Path(sys.argv[2]), "killed")
"""


def run_in(folder: Path, name: str) -> None:
    data = hfkit.Labelled(train=reviews(64), validation=reviews(16, start=100))
    tune = hfkit.Tune(
        folder / "base", epochs=6, batch_size=8, learning_rate=5e-3, evaluate_every=4, runtime=RUNTIME
    )
    tune(data, folder / name)


def test_a_run_that_is_killed_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    """Twice, with ``kill -9``: the weights are those of a run that nobody interrupted."""
    write_tiny_classifier(tmp_path / "base")
    command = [sys.executable, "-c", _SCRIPT, str(Path(__file__).parent), str(tmp_path)]
    run_in(tmp_path, "whole")
    work = tmp_path / ".killed.tuning"
    for step in (8, 28):
        process = subprocess.Popen(command)
        while process.poll() is None and not (work / f"checkpoint-{step}").exists():
            time.sleep(0.002)
        assert process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (tmp_path / "killed").exists()
    run_in(tmp_path, "killed")
    assert not work.exists()
    assert largest_gap(tmp_path / "whole", tmp_path / "killed") < 1e-6
    reports = [
        json.loads((tmp_path / name / "training.json").read_text(encoding="utf-8"))
        for name in ("whole", "killed")
    ]
    assert reports[0]["losses"] == reports[1]["losses"]
    assert reports[0]["states"] == reports[1]["states"]
    assert (reports[0]["resumed"], reports[1]["resumed"] >= 24) == (0, True)


def test_nothing_is_printed(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tune.with_(steps=2)(data, tmp_path / "out")
    assert capfd.readouterr() == ("", "")


def test_steps_are_shown_to_whoever_wants_to_see_them(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tune.with_(steps=2, runtime=replace(RUNTIME, progress="always"))(data, tmp_path / "out")
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "2/2 [" in shown.err


def test_a_plan_counts_on_what_is_computed_anew(tune: hfkit.Tune, data: hfkit.Labelled) -> None:
    kept = tune.plan(data)
    anew = tune.with_(gradient_checkpointing=True).plan(data)
    assert anew.memory < kept.memory


def test_a_plan_writes_nothing_and_says_what_would_be(
    tune: hfkit.Tune, base: Path, data: hfkit.Labelled, tmp_path: Path
) -> None:
    plan = tune.with_(method=hfkit.Lora(rank=2)).plan(data)
    assert list(tmp_path.iterdir()) == []
    assert (plan.steps, plan.steps_per_epoch, plan.examples, plan.cut) == (32, 8, 64, 0)
    assert plan.new == ("classifier.bias", "classifier.weight")
    assert plan.precision in {"float32", "bfloat16"}
    assert 0 < plan.seconds < 600
    assert 0 < plan.memory < 1 << 32
    assert plan.check.errors == ()
    tokenize = hfkit.Tokenize(base)
    assert plan.tokens_per_epoch == sum(len(tokenize(str(row["text"])).ids) for row in reviews(64))
    assert "Lora(rank=2" in str(plan)
    assert json.loads(json.dumps(plan.to_dict()))["steps"] == 32


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([{"text": "a", "label": "x"}, {"text": "b", "label": "x"}], "one_class"),
        ([{"text": "a", "label": "x"}, {"text": " ", "label": "y"}], "blank_text"),
        ([{"text": "a", "label": "x"}, {"text": "b", "label": None}], "unlabelled"),
    ],
)
def test_data_that_nothing_can_be_learned_from_are_refused(
    tune: hfkit.Tune, tmp_path: Path, rows: list[dict[str, object]], found: str
) -> None:
    data = hfkit.Labelled(train=rows)
    assert found in {finding.kind for finding in data.check().findings}
    with pytest.raises(errors.DataError):
        tune(data, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("split", ["train", "validation"])
def test_a_split_without_rows_is_refused(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, split: str
) -> None:
    splits = dict(data.splits) | {split: data.train.filter(lambda _: False)}
    with pytest.raises(errors.DataError, match=f"{split} has no rows, must have at least one"):
        tune(hfkit.Labelled(train=splits["train"], validation=splits["validation"]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_patience_needs_something_to_look_at(tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path) -> None:
    with pytest.raises(errors.SettingError, match=r"patience is 2 and there is no validation split"):
        tune.with_(patience=2)(hfkit.Labelled(train=data.train), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_less_memory_gives_the_same_weights(steady: Path, data: hfkit.Labelled, tmp_path: Path) -> None:
    tune = hfkit.Tune(steady, steps=3, batch_size=8, precision="float32", runtime=RUNTIME)
    tune(data, tmp_path / "kept")
    tune.with_(gradient_checkpointing=True)(data, tmp_path / "anew")
    assert largest_gap(tmp_path / "kept", tmp_path / "anew") < 1e-6


def test_labels_are_checked(tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path) -> None:
    with pytest.raises(errors.UnknownLabelError, match=r"differ in \['hated', 'lked'\]"):
        tune.with_(class_weights={"lked": 1.0, "liked": 2.0})(data, tmp_path / "out")


def test_other_data_are_refused(tune: hfkit.Tune, tmp_path: Path) -> None:
    with pytest.raises(
        errors.InputTypeError, match=r"the data are list, must be Labelled, Squad(, \w+)* or \w+"
    ):
        tune([{"text": "a", "label": "b"}], tmp_path / "out")  # type: ignore[arg-type]


def test_a_full_disk_keeps_the_last_checkpoint(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hfkit.jobs.tuning.checkpoints import mark_complete as original

    def full(checkpoint: Path) -> None:
        if checkpoint.name == "checkpoint-16":
            raise OSError(28, "No space left on device")
        original(checkpoint)

    with monkeypatch.context() as patch:
        patch.setattr("hfkit.jobs.tuning.trainer.mark_complete", full)
        with pytest.raises(errors.OutputError, match="the disk is full; the last whole checkpoint was kept"):
            tune(data, tmp_path / "out")
    assert tune(data, tmp_path / "out").resumed == 8


def test_a_model_that_is_parted_is_put_together(
    tune: hfkit.Tune, data: hfkit.Labelled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under FSDP, which needs accelerators: what the processes are asked for is asked here of one."""
    whole = tune(data, tmp_path / "whole")
    monkeypatch.setattr("hfkit.jobs.tuning.trainer.RunTrainer.sharded", property(lambda _: True))
    parted = tune(data, tmp_path / "parted")
    assert parted.states == whole.states
    assert largest_gap(tmp_path / "whole", tmp_path / "parted") == 0
    with pytest.raises(errors.TrainingError, match="merge is True, and the model is parted over processes"):
        tune.with_(method=hfkit.Lora(merge=True))(data, tmp_path / "merged")
