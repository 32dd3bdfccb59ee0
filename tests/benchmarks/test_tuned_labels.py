"""The benchmark that trains on a file of labelled texts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import tuned_labels
from hfkit.testing import write_tiny_classifier

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_trains_on_nine_tenths_and_measures_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = write_tiny_classifier(tmp_path / "base")
    lines = [
        "text,mood",
        *(f"a {('fine', 'dull')[n % 2]} film {n},{('good', 'bad')[n % 2]}" for n in range(40)),
    ]
    (tmp_path / "films.csv").write_text("\n".join(lines), encoding="utf-8")
    command = ["tuned_labels.py", str(tmp_path / "films.csv"), "--base", str(base), "--label", "mood"]
    monkeypatch.setattr(sys, "argv", [*command, "--epochs", "1", "--lora", "2"])
    tuned_labels.main()
    told = capsys.readouterr().out
    assert "on 4 unseen rows" in told
    assert "Labelled, 3 steps" in told
