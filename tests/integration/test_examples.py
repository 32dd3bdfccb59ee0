"""Every example runs; the plugin proves itself where it is installed."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
DEMO = EXAMPLES / "demo.py"


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_demo_runs(tmp_path: Path) -> None:
    assert _run(sys.executable, DEMO, cwd=tmp_path).strip()


@pytest.mark.parametrize("script", sorted({*EXAMPLES.glob("*.py")} - {DEMO}), ids=lambda script: script.name)
def test_an_example_runs(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, which has imported what takes each of them most of its time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(script)])
    with patch.dict(os.environ):  # one of them names a token there
        runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.strip()


@pytest.mark.slow
def test_the_plugin_is_found_and_keeps_every_promise(tmp_path: Path) -> None:
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    _run(*pip, "--target", site, EXAMPLES / "plugin", cwd=tmp_path)
    tests = EXAMPLES / "plugin" / "tests"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        tmp_path,
        "-p",
        "no:cacheprovider",
    ]
    output = _run(*command, tests, cwd=tmp_path, PYTHONPATH=str(site))
    assert "20 passed" in output
