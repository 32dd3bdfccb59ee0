"""Whose bars are drawn when, and that they are as they were afterwards."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, get_args

import pytest
from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from hfkit.hub.bars import hub_bars
from hfkit.values.runtime import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator


class Terminal(io.StringIO):
    """What somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def bars() -> Iterator[None]:
    """huggingface_hub draws bars, as it does by default."""
    before = are_progress_bars_disabled()
    enable_progress_bars()
    yield
    (disable_progress_bars if before else enable_progress_bars)()


@pytest.mark.parametrize("progress", get_args(Progress))
@pytest.mark.parametrize("place", [Terminal(), io.StringIO(), None])
def test_bars_are_drawn_for_who_looks_on(
    progress: Progress, place: io.StringIO | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", place)
    with hub_bars(progress):
        drawn = not are_progress_bars_disabled()
    assert drawn == (progress == "always" or (progress == "auto" and isinstance(place, Terminal)))
    assert not are_progress_bars_disabled()


def test_who_has_none_gets_none() -> None:
    disable_progress_bars()
    with hub_bars("never"), hub_bars("always"):
        assert are_progress_bars_disabled()
    assert are_progress_bars_disabled()
