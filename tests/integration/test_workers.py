"""Several forward passes at a time, on real models: the same answers, and nothing left behind."""

from __future__ import annotations

import gc
import multiprocessing
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

import hfkit
from hfkit import errors
from hfkit.backends.torch.scorer import TorchScorer
from hfkit.engines import arrangements as module
from hfkit.testing import write_tiny_classifier, write_tiny_reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray

TEXTS = [f"a {word} movie" * count for word in ("good", "bad", "dull", "never") for count in range(1, 7)]
ARRANGEMENTS = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))


def _runtime(backend: str, workers: int | None, threads: int | None) -> hfkit.Runtime:
    return hfkit.Runtime(
        backend=backend, offline=True, batch_tokens=32, workers=workers, threads=threads, progress="never"
    )


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_labels_do_not_depend_on_the_arrangement(backend: str, tiny_bert: Path) -> None:
    expected = hfkit.Classify(tiny_bert, activation="none", runtime=hfkit.Runtime(backend=backend)).batch(
        TEXTS
    )
    for workers, threads in ARRANGEMENTS:
        classify = hfkit.Classify(tiny_bert, activation="none", runtime=_runtime(backend, workers, threads))
        found = classify.batch(TEXTS)
        assert [result.label for result in found] == [result.label for result in expected]
        for one, other in zip(found, expected, strict=True):
            assert [entry.score for entry in one.scores] == pytest.approx(
                [entry.score for entry in other.scores], abs=1e-4
            )


def test_answers_do_not_depend_on_the_arrangement(tmp_path: Path) -> None:
    folder = write_tiny_reader(tmp_path / "reader")
    questions = [hfkit.Question("good movie ?", context=f"{text} . a dull story .") for text in TEXTS]
    expected = hfkit.Answer(folder, runtime=_runtime("torch", 1, 1)).batch(questions)
    found = hfkit.Answer(folder, runtime=_runtime("torch", 2, 1)).batch(questions)
    for one, other in zip(found, expected, strict=True):
        assert one.text == other.text
        assert one.spans[0].logit == pytest.approx(other.spans[0].logit, abs=1e-4)


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_what_is_found_out_is_kept_for_the_next_process(
    backend: str, tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HFKIT_WORKERS")
    monkeypatch.setattr(module, "cores", lambda: 2)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        runtime = replace(_runtime(backend, None, None), batch_tokens=4)  # each text a batch
        classify = hfkit.Classify(tiny_bert, runtime=runtime)
        expected = [classify(text).label for text in TEXTS]
        assert not (tmp_path / "cache" / "workers").exists()
        assert [result.label for result in classify.batch(TEXTS)] == expected
        assert len(list((tmp_path / "cache" / "workers").glob("*.json"))) == 1
        assert [result.label for result in classify.batch(TEXTS)] == expected
        assert classify(TEXTS[0]).label == expected[0]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_an_onnx_file_that_is_gone_stays_open_as_it_was(tiny_bert: Path, tmp_path: Path) -> None:
    classify = hfkit.Classify(tiny_bert, runtime=_runtime("onnx", 2, None))
    expected = [classify(text).label for text in TEXTS]
    for file in (tmp_path / "cache").rglob("*.onnx"):
        file.unlink()
    assert [result.label for result in classify.batch(TEXTS)] == expected


def test_a_closed_model_is_not_opened_again(tiny_bert: Path) -> None:
    scorer: Any = hfkit.Classify(tiny_bert, runtime=_runtime("onnx", 2, None)).load()._session._scorer
    scorer.close()
    assert scorer.use_threads(1) == 1
    assert scorer._model._open._session is None


@pytest.mark.parametrize("error", [KeyboardInterrupt, errors.BackendError])
def test_an_error_ends_the_run_and_not_the_model(
    error: type[BaseException], tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classify = hfkit.Classify(tiny_bert, runtime=_runtime("torch", 2, 1))
    expected = [result.label for result in classify.batch(TEXTS)]
    scorer: Any = classify._session._scorer
    score, calls = scorer.score, iter(range(100))

    def fail(batch: object) -> object:
        if next(calls) == 3:
            raise (
                KeyboardInterrupt
                if error is KeyboardInterrupt
                else errors.BackendError("it failed", hint="look")
            )
        return score(batch)

    with monkeypatch.context() as patch:
        patch.setattr(scorer, "score", fail)
        with pytest.raises(error):
            classify.batch(TEXTS)
    assert [result.label for result in classify.batch(TEXTS)] == expected


def test_memory_that_is_too_small_for_two_is_used_by_one(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classify = hfkit.Classify(tiny_bert, runtime=_runtime("torch", 2, 1))
    expected = [result.label for result in classify.batch(TEXTS)]
    scorer: Any = classify._session._scorer
    score = scorer.score
    busy = threading.Semaphore(1)
    met = threading.Event()
    together: list[bool] = []

    def refuse_company(batch: object) -> object:
        if not busy.acquire(blocking=False):
            together.append(True)
            met.set()
            raise errors.OutOfMemoryError("no room for two", hint="one at a time")
        try:
            met.wait(60)  # the first stays until another has come
            return score(batch)
        finally:
            busy.release()

    monkeypatch.setattr(scorer, "score", refuse_company)
    batch = classify.batch(TEXTS)
    assert [result.label for result in batch] == expected
    assert batch.statistics.splits == len(together) > 0
    together.clear()
    assert [result.label for result in classify.batch(TEXTS)] == expected
    assert together == []


@pytest.mark.parametrize(
    "make",
    [lambda: ValueError("it failed"), lambda: errors.OutOfMemoryError("no room", hint="less")],
    ids=["an error", "no memory"],
)
def test_an_error_in_a_worker_holds_nothing_beyond_closing(
    make: Callable[[], Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tiny_classifier(tmp_path / "model", seed=41)  # a session that no other test holds
    classify = hfkit.Classify(folder, runtime=_runtime("torch", 2, 1))
    score, calls = TorchScorer.score, iter(range(1000))

    def fail(self: TorchScorer, batch: TokenBatch) -> FloatArray:
        if next(calls) == 0:
            raise make()
        return score(self, batch)

    classify.load()
    gc.collect()
    gc.disable()
    try:
        with monkeypatch.context() as patch, suppress(ValueError):
            patch.setattr(TorchScorer, "score", fail)
            classify.batch(TEXTS)
        opened: Any = classify._session
        session, runner = weakref.ref(opened), weakref.ref(opened._runner)
        del opened
        classify.close()
        deadline = time.monotonic() + 20
        while runner() and time.monotonic() < deadline:  # a worker may just be putting its work away
            time.sleep(0.001)
        assert (session(), runner()) == (None, None)
    finally:
        gc.enable()


def _labels(classify: hfkit.Classify) -> list[str]:
    return [result.label for result in classify.batch(TEXTS)]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("workers", [None, 2])
def test_a_forked_child_works_too(
    workers: int | None, tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HFKIT_WORKERS")
    classify = hfkit.Classify(tiny_bert, runtime=_runtime("torch", workers, None))
    expected = _labels(classify)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        assert pool.submit(_labels, classify).result(timeout=120) == expected


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_a_stream_does_not_go_on_in_a_forked_child(backend: str, tiny_bert: Path) -> None:
    program = (
        "import os, sys, hfkit; from hfkit.errors import SessionClosedError\n"
        "runtime = hfkit.Runtime(backend=sys.argv[2], offline=True, batch_tokens=32, workers=2, threads=1)\n"
        "stream = hfkit.Classify(sys.argv[1], runtime=runtime).map(['a good movie', 'bad', 'dull'] * 99)\n"
        "print(next(stream).label, flush=True)\n"
        "child = os.fork()\n"
        "try:\n    rest = sum(1 for _ in stream)\n"
        "except SessionClosedError:\n    os._exit(9)\n"
        "print(rest, os.waitpid(child, 0)[1] >> 8)"
    )
    command = [sys.executable, "-c", program, str(tiny_bert), backend]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split()[1:] == ["296", "9"], done.stderr


def test_a_process_ends_with_an_abandoned_stream(tiny_bert: Path) -> None:
    program = (
        "import sys, threading, hfkit; before = threading.active_count();"
        "runtime = hfkit.Runtime(offline=True, batch_tokens=32, workers=2, threads=1);"
        "stream = hfkit.Classify(sys.argv[1], runtime=runtime).map(['a good movie', 'bad', 'dull'] * 99);"
        "assert threading.active_count() == before; print(next(stream).label)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tiny_bert], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
