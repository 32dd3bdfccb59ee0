"""Settings, plans and reports of a training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import hfkit
from hfkit.errors import SettingError
from hfkit.values.classification_scores import Confusion
from hfkit.values.tuning import TuneSettings

ARCHITECTURE = hfkit.Architecture(family="bert", layers=2, hidden=32)


@pytest.fixture(scope="module")
def plan() -> hfkit.TunePlan:
    data = hfkit.Labelled(train=[{"text": "a good one", "label": "x"}, {"text": "bad", "label": "y"}])
    return hfkit.TunePlan(
        base="org/model",
        revision="sha256:" + "a" * 64,
        task="Labelled",
        method="Full(frozen=())",
        targets=(),
        new=(),
        trainable=50,
        parameters=200,
        examples=2,
        cut=1,
        window=64,
        steps=3,
        steps_per_epoch=1,
        tokens_per_epoch=12,
        padding=0.25,
        parts=2,
        processes=1,
        precision="float32",
        device="cpu",
        memory=3 << 29,
        seconds=90.0,
        check=data.check(),
    )


@pytest.fixture
def report(plan: hfkit.TunePlan) -> hfkit.TuneReport:
    states = tuple(
        hfkit.TunedState(step, float(step), (("f1", score), ("exact_match", score / 2)))
        for step, score in ((1, 0.5), (2, 0.75))
    )
    return hfkit.TuneReport(
        output="out",
        plan=plan,
        settings="Tune('org/model')",
        data=(("train", "sha256:1"),),
        losses=((1, 0.75), (2, 0.5), (3, 0.25)),
        states=states,
        goal="f1",
        best=states[1],
        confusion=None,
        steps=3,
        seconds=2.0,
        tokens_per_second=18.0,
        resumed=0,
        versions=(("torch", "2.13.0"),),
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hfkit.Lora(rank=0), "rank is 0, must be a whole number, at least 1"),
        (lambda: hfkit.Lora(alpha=0.0), "alpha is 0.0, must be above 0"),
        (lambda: hfkit.Lora(dropout=1.0), "dropout is 1.0, must be at least 0 and below 1"),
        (lambda: hfkit.Tune("m", dropout=1.0), "dropout is 1.0, must be at least 0 and below 1"),
        (lambda: hfkit.Lora(targets=("",)), "targets holds an empty text"),
        (lambda: hfkit.QLora(rank=0), "rank is 0, must be a whole number, at least 1"),
        (lambda: hfkit.QLora(alpha=-1.0), "alpha is -1.0, must be above 0"),
        (lambda: hfkit.QLora(targets=("",)), "targets holds an empty text"),
        (lambda: hfkit.QLora(numbers="int4"), "numbers 'int4' is not one of ('nf4', 'fp4')"),  # type: ignore[arg-type]
        (lambda: hfkit.Full(frozen=("",)), "frozen holds an empty text"),
        (
            lambda: TuneSettings(ARCHITECTURE, method=hfkit.Lora(rank=2)),
            "embeddings=False, merge=False), must be Full() where the base is an architecture",
        ),
        (lambda: TuneSettings(3), "base is 3, must be str or PathLike or Architecture"),  # type: ignore[arg-type]
        (lambda: TuneSettings(""), "base is empty, must be a folder or a repository"),
        (lambda: TuneSettings("m", learning_rate=0), "learning_rate is 0, must be above 0 and at most 1"),
        (lambda: TuneSettings("m", class_weights={"a": 0}), "class_weights of 'a' is 0, must be above 0"),
        (
            lambda: TuneSettings("m", class_weights={"a": 1.0, "b": -1}),
            "class_weights of 'b' is -1, must be above 0",
        ),
        (
            lambda: TuneSettings("m", batch_size=2, processes=3),
            "processes is 3 and batch_size is 2, each needs an example of a step",
        ),
        (lambda: TuneSettings("m", steps=0), "steps is 0, must be a whole number, at least 1"),
    ],
)
def test_settings_out_of_range(make: object, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        make()  # type: ignore[operator]
    assert message in caught.value.message


def test_a_rate_fits_its_method() -> None:
    assert TuneSettings("m").rate == 5e-5
    assert TuneSettings("m", method=hfkit.Lora(alpha=8, targets=("query",))).rate == 5e-4
    assert TuneSettings("m", method=hfkit.QLora(alpha=8, targets=("query",))).rate == 5e-4
    assert TuneSettings(ARCHITECTURE).rate == 5e-4
    assert TuneSettings("m", class_weights={"a": 2.0}).rate == 5e-5
    assert TuneSettings("m", learning_rate=1e-3).rate == 1e-3


def test_an_architecture_decides_on_the_result() -> None:
    settings = TuneSettings(ARCHITECTURE, seed=2).without_runtime()
    assert repr(settings) == "TuneSettings(Architecture(family='bert', layers=2, hidden=32), seed=2)"


def test_where_it_runs_does_not_decide_on_the_result() -> None:
    settings = TuneSettings("m", seed=2, overwrite=True, runtime=hfkit.Runtime(threads=1))
    assert settings.without_runtime() == TuneSettings("m", seed=2)
    assert repr(settings.without_runtime()) == "TuneSettings('m', seed=2)"


@pytest.mark.parametrize(
    ("seconds", "spelled"), [(90.0, "90 s"), (600.0, "10 minutes"), (9000.0, "2.5 hours")]
)
def test_a_plan_spells_its_time(plan: hfkit.TunePlan, seconds: float, spelled: str) -> None:
    text = str(replace(plan, seconds=seconds, targets=("query",), new=("head",)))
    assert f"about {spelled}, evaluation not counted" in text
    assert "50 of 200 numbers (25.0%)" in text
    assert "on query" in text
    assert json.loads(json.dumps(plan.to_dict()))["memory"] == 3 << 29


def test_a_plan_names_a_few_new_weights_and_counts_many(plan: hfkit.TunePlan) -> None:
    assert "new       nothing\n" in str(plan)
    assert "new       a, b\n" in str(replace(plan, new=("a", "b")))
    assert "new       40 weights\n" in str(replace(plan, new=("a", "b") * 20))


def test_a_plan_says_its_notes(plan: hfkit.TunePlan) -> None:
    assert "note " not in str(plan)
    assert "note      look here\nnote      and here\n" in str(replace(plan, notes=("look here", "and here")))


def test_a_report_is_json_and_one_screen(report: hfkit.TuneReport) -> None:
    plain = json.loads(report.to_json())
    assert (plain["data"], plain["plan"]["steps"]) == ({"train": "sha256:1"}, 3)
    assert report.best is not None
    assert report.best.figure("exact_match") == 0.375
    lines = str(report).splitlines()
    assert lines[0] == "out: Labelled, 3 steps in 2 s, 18 tokens/s"
    assert lines[1] == "loss  █▅▁  0.750 to 0.250"
    assert [line.endswith("kept") for line in lines[3:]] == [False, True]


def test_a_report_without_a_validation_split(report: hfkit.TuneReport) -> None:
    bare = replace(report, states=(), best=None, losses=((1, 0.5),))
    assert str(bare).splitlines()[1:] == ["loss  ▁  0.500 to 0.500"]
    assert str(replace(bare, losses=())).count("\n") == 0


def test_curves_are_drawn(report: hfkit.TuneReport, tmp_path: Path) -> None:
    assert report.plot_curves(tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert report.plot_curves(tmp_path / "curves.svg").read_text(encoding="utf-8").count("<svg") == 1


def test_a_report_tells_what_was_mistaken(report: hfkit.TuneReport, tmp_path: Path) -> None:
    told = replace(report, confusion=Confusion(("no", "yes"), ((3, 1), (0, 2))))
    assert str(told).splitlines()[-1] == "of its mistakes most are no as yes (1)"
    assert json.loads(told.to_json())["confusion"] == {"labels": ["no", "yes"], "counts": [[3, 1], [0, 2]]}
    assert told.plot_confusion(tmp_path / "confusion.svg").read_text(encoding="utf-8").count("<svg") == 1
    right = replace(report, confusion=Confusion(("no", "yes"), ((3, 0), (0, 2))))
    assert str(right) == str(report)
    with pytest.raises(SettingError, match="the confusion of out is not known"):
        report.plot_confusion(tmp_path / "none.svg")


def test_a_plan_tells_of_processes(plan: hfkit.TunePlan) -> None:
    assert "in 2 processes" not in str(plan)
    assert "in 2 processes" in str(replace(plan, processes=2))


def test_a_base_is_the_same_as_a_path_and_as_a_text() -> None:
    as_path, as_text = TuneSettings(Path("some/model")), TuneSettings("some/model")
    assert as_path.without_runtime() == as_text.without_runtime()
    assert TuneSettings(ARCHITECTURE).without_runtime().base is ARCHITECTURE
