"""Datasets is quiet while hfkit asks it, and as its user has set it otherwise."""

from __future__ import annotations

import threading

import datasets
import pytest
from datasets.utils import logging

from hfkit.data.quiet import quiet_datasets


def _settings() -> tuple[int, bool, bool]:
    return logging.get_verbosity(), datasets.are_progress_bars_disabled(), datasets.is_caching_enabled()


@pytest.fixture(autouse=True)
def loud() -> None:
    logging.set_verbosity_warning()
    datasets.enable_progress_bars()
    datasets.enable_caching()


def test_the_settings_of_the_caller_come_back() -> None:
    before = _settings()
    with quiet_datasets():
        assert _settings() == (logging.CRITICAL, True, False)
        with quiet_datasets():
            pass
        assert _settings() == (logging.CRITICAL, True, False)
    assert _settings() == before


def test_they_come_back_after_an_error() -> None:
    before = _settings()
    with pytest.raises(ValueError, match="no"), quiet_datasets():
        raise ValueError("no")
    assert _settings() == before


def test_what_the_caller_turned_off_stays_off() -> None:
    datasets.disable_progress_bars()
    datasets.disable_caching()
    with quiet_datasets():
        pass
    assert _settings()[1:] == (True, False)
    datasets.enable_progress_bars()
    datasets.enable_caching()


def test_it_is_quiet_until_the_last_thread_has_left() -> None:
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with quiet_datasets():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=stay)
    thread.start()
    inside.wait(10)
    with quiet_datasets():
        pass
    assert _settings()[1:] == (True, False)
    leave.set()
    thread.join()
    assert _settings()[1:] == (False, True)


def test_bars_that_the_environment_asks_for_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_DISABLE_PROGRESS_BARS", False)
    with quiet_datasets():
        assert not datasets.are_progress_bars_disabled()
