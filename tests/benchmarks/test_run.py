"""All benchmarks make one page; what they measure is given here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import run
from cold_start import ColdStart
from comparison import Comparison
from difference import Difference
from lineup import BASELINE, REFERENCE, SUBJECT
from memory import peak_resident
from rounds import Spread, Trial
from scaling import Growth

ONE = Spread(1.0, 0.9, 1.1)


def _comparison() -> Comparison:
    names = (SUBJECT, REFERENCE, BASELINE)
    trials = tuple(Trial(name, ONE, ONE, ONE, ONE, ONE, 1.0, Difference(0.0, 0, 0)) for name in names)
    return Comparison("Texts", (2, 3), 1, trials, (), ONE, dict.fromkeys(names, 12.0))


def test_a_quick_run_writes_every_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classify.compare_standin", lambda *_, **__: [_comparison()])
    monkeypatch.setattr(
        "cold_start.measure_cold_start", lambda **_: [ColdStart("hfkit, onnx", ONE, ONE, ONE, 250.0)]
    )
    monkeypatch.setattr("scaling.measure_scaling", lambda _: [Growth("map", 100, 1.0, 1.0, 3.0)])
    monkeypatch.setattr("tokenizing.measure_tokenizing", lambda **_: [])
    monkeypatch.setattr("answering.measure_answering", lambda **_: [])
    monkeypatch.setattr("generating.measure_generating", lambda _: None)
    monkeypatch.setattr("training_steps.measure_tuning", lambda _: None)
    monkeypatch.setattr("run.tuning_section", lambda _: "## Tune\n")
    monkeypatch.setattr("run.generating_section", lambda _: "## Generate\n")
    output = tmp_path / "figures.md"
    monkeypatch.setattr(sys, "argv", ["run.py", "--quick", "--output", str(output)])
    run.main()
    lines = output.read_text(encoding="utf-8").splitlines()
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert headings == ["Classify", "Cold start", "Growth", "Tokenize", "Answer", "Generate", "Tune"]
    assert "    python benchmarks/run.py --quick" in lines
    assert "![Times as fast as the pipeline](figures.svg)" in lines
    assert "Not measured: transformers-haystack is not installed." in lines
    assert (tmp_path / "figures.svg").read_text(encoding="utf-8").count(SUBJECT) == 1


def test_the_memory_of_a_process_is_told_where_the_system_does() -> None:
    memory = peak_resident(os.getpid())
    assert memory is None or memory > 0
