"""Both type checkers agree with every line under cases/, the errors included."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

CHECKERS = {
    # An ignore that nothing needs is an error too, so each expected error must be there.
    "mypy": ["mypy", "--strict", "--warn-unused-ignores"],
    "pyright": ["pyright", "--pythonpath", sys.executable, "--project", str(HERE)],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_checker_agrees(checker: str) -> None:
    command = [sys.executable, "-m", *CHECKERS[checker]]
    if checker == "mypy":
        command.append(str(HERE / "cases"))
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout + done.stderr
