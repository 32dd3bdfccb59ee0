from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hfkit.errors import HfkitError
from hfkit.testing import BrokenPromiseError, checks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def broken_promises() -> Callable[[object, Path], list[str]]:
    """Run every check of a backend with a model, and give the promises that do not hold."""

    def run(backend: object, folder: Path) -> list[str]:
        failed = []
        for check in checks(backend, folder):
            try:
                check()
            except (BrokenPromiseError, HfkitError):
                failed.append(check.promise)
        return failed

    return run
