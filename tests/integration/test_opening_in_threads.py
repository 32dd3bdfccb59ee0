"""Opening models changes transformers while it lasts: threads take turns, and forks wait."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from logging import ERROR
from typing import TYPE_CHECKING

import pytest
from transformers import GPT2LMHeadModel, PreTrainedModel
from transformers.utils import logging

import hfkit
from hfkit.backends.torch.opening_lock import opening_lock
from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.testing import write_tiny_writer

if TYPE_CHECKING:
    from pathlib import Path

TORCH = hfkit.Runtime(backend="torch", threads=1)


def _write(folder: Path) -> str:
    return hfkit.Generate(folder, runtime=TORCH, max_new_tokens=3)("a").text


def test_threads_open_tied_models_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, each would take the other's empty ``tie_weights`` for the original and leave it there."""
    folders = [write_tiny_writer(tmp_path / str(seed), seed=seed) for seed in range(4)]
    expected = [_write(folder) for folder in folders]
    original = PreTrainedModel.__dict__["tie_weights"]
    inside, most = [0], [0]
    begin = GPT2LMHeadModel.__init__

    def slow(self: GPT2LMHeadModel, *args: object, **kwargs: object) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        begin(self, *args, **kwargs)  # type: ignore[arg-type]
        time.sleep(0.05)
        inside[0] -= 1

    monkeypatch.setattr(GPT2LMHeadModel, "__init__", slow)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_write, folders)) == expected
    assert most == [1]
    assert PreTrainedModel.__dict__["tie_weights"] is original


def test_transformers_stays_quiet_until_the_last_thread_leaves() -> None:
    def leaves_first() -> None:
        with quiet_transformers():
            entered.set()
            assert others.wait(10)

    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    entered, others = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(leaves_first)
        assert entered.wait(10)
        with quiet_transformers():
            others.set()
            first.result()
            assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == (ERROR, False)
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_fork_waits_for_a_model_that_is_being_opened() -> None:
    """The child would have no thread to take back what opening changed."""

    def opens() -> None:
        with opening_lock, quiet_transformers():
            held.set()
            time.sleep(0.3)
            ended.append(time.monotonic())

    held, ended = threading.Event(), list[float]()
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(opens)
        assert held.wait(10)
        receiver, sender = multiprocessing.Pipe(duplex=False)
        child = os.fork()
        if child == 0:
            with opening_lock:
                sender.send((time.monotonic(), logging.is_progress_bar_enabled()))
            os._exit(0)
        assert receiver.poll(10)
        began, bars = receiver.recv()
        os.waitpid(child, 0)
        opening.result()
    assert began >= ended[0]
    assert bars == logging.is_progress_bar_enabled()
