"""Who shares an open model, and when it goes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import shutil
import threading
import time
import weakref
from pathlib import Path

import pytest

import hfkit
from hfkit.backends.protocols import OpensScorers
from hfkit.backends.registry import find_backend
from hfkit.engines.sessions import Holder, share
from hfkit.testing import FakeBackend, write_fake_model


class Session:
    """Something that can be open."""


def test_equal_facades_share_one_session(fake_model: Path, fake: hfkit.Runtime) -> None:
    one, other = (
        hfkit.Classify(fake_model, runtime=fake),
        hfkit.Classify(str(fake_model), top_k=1, runtime=fake),
    )
    assert one._session is other._session


def test_what_changes_an_answer_splits_a_session(fake_model: Path, fake: hfkit.Runtime) -> None:
    one = hfkit.Classify(fake_model, runtime=fake)
    assert (
        one._session
        is one.with_(runtime=hfkit.Runtime(backend="fake", batch_tokens=9, progress="never"))._session
    )
    assert one._session is not one.with_(runtime=hfkit.Runtime(backend="fake", device="cpu"))._session


def test_letting_go_of_one_never_closes_another(fake_model: Path, fake: hfkit.Runtime) -> None:
    one, other = (hfkit.Classify(fake_model, runtime=fake).load() for _ in range(2))
    answer = other("good")
    one.close()
    assert other("good") == answer
    assert one("good") == answer  # and the closed one opens again


def test_the_last_to_let_go_frees_the_model(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(tmp_path / "m")  # of its own: no other test may hold it
    gc.disable()  # reference counting alone must do
    try:
        with hfkit.Classify(folder, runtime=fake) as one:
            other = one.with_(top_k=1)
            other.load()
            one.load()
            scorer = weakref.ref(one._session._scorer)
        assert scorer() is not None
        del other
        assert scorer() is None
    finally:
        gc.enable()


def test_a_stream_in_flight_keeps_its_model(fake_model: Path, fake: hfkit.Runtime) -> None:
    classify = hfkit.Classify(fake_model, runtime=fake)
    results = classify.map(["good"] * 100)
    first = next(results)
    classify.close()
    assert [result.label for result in results] == [first.label] * 99


def test_a_rewritten_folder_is_opened_anew(tmp_path: Path, fake: hfkit.Runtime) -> None:
    folder = write_fake_model(tmp_path / "m", seed=0)
    held = hfkit.Classify(folder, runtime=fake)
    before = held("good")
    write_fake_model(folder, seed=1)
    after = hfkit.Classify(folder, runtime=fake)("good")
    assert after.source.revision != before.source.revision
    assert after.scores != before.scores
    assert held("good") == before  # who has it open goes on with what was opened
    held.close()
    assert held("good") == after


def test_threads_open_a_model_once(fake_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    original = FakeBackend.open_scorer

    def slow(self: FakeBackend, *arguments: object) -> object:
        opened.append(1)
        time.sleep(0.05)  # long enough for every thread to arrive
        return original(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeBackend, "open_scorer", slow)
    runtime = hfkit.Runtime(backend="fake", threads=3)
    classify = hfkit.Classify(fake_model, runtime=runtime)
    labels: list[str] = []
    threads = [threading.Thread(target=lambda: labels.append(classify("good").label)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(labels)) == 1
    assert len(labels) == 8
    assert len(opened) == 1


def test_share_opens_again_after_the_last_holder() -> None:
    first = share("test-key", Session)
    assert share("test-key", Session) is first
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
    assert isinstance(share("test-key", Session), Session)


def test_a_failed_opening_leaves_no_session() -> None:
    def fail() -> Session:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        share("failing-key", fail)
    assert isinstance(share("failing-key", Session), Session)


def test_a_holder_reopens_in_another_process() -> None:
    holder: Holder[Session] = Holder()
    first = holder.get(Session)
    assert holder.get(Session) is first
    holder._process = os.getpid() + 1
    assert holder.get(Session) is not first


def _label_in_child(classify: hfkit.Classify, before: str, queue: multiprocessing.Queue[object]) -> None:
    from hfkit.engines import sessions

    starts_empty = len(sessions._open) == 0
    queue.put((starts_empty, classify("a good movie").label == before))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_starts_with_no_sessions_and_opens_its_own(
    fake_model: Path, fake: hfkit.Runtime
) -> None:
    classify = hfkit.Classify(fake_model, runtime=fake)
    before = classify("a good movie").label
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[object] = context.Queue()
    child = context.Process(target=_label_in_child, args=(classify, before, queue))
    child.start()
    try:
        assert queue.get(timeout=60) == (True, True)
        child.join(timeout=60)
        assert child.exitcode == 0
    finally:
        child.kill()


def test_a_moved_folder_is_found_missing(tmp_path: Path, fake: hfkit.Runtime, fake_model: Path) -> None:
    folder = tmp_path / "m"
    shutil.copytree(fake_model, folder)
    classify = hfkit.Classify(folder, runtime=fake)
    shutil.rmtree(folder)
    with pytest.raises(hfkit.errors.ModelNotFoundError):
        classify("good")


def test_find_backend_knows_the_registered_one() -> None:
    name, backend = find_backend("fake", capability=OpensScorers)
    assert name == "fake"
    assert isinstance(backend, FakeBackend)
