"""Reading beside the computing: what is read when, in which thread, and which error comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import hfkit
from hfkit import errors
from hfkit.backends import registry
from hfkit.engines.ahead import read_chunks
from hfkit.hub.folder import ModelFolder
from hfkit.testing import FakeBackend
from hfkit.testing.fake import FakeScorer, FakeSpanScorer

CHUNKS = [["a"], ["b", "c"], ["d"]]


def _plain(chunk: Sequence[str], index: int) -> tuple[list[str], int]:
    return list(chunk), index


@pytest.mark.parametrize("beside", [False, True])
def test_each_chunk_with_its_position(*, beside: bool) -> None:
    before = threading.active_count()
    assert list(read_chunks(CHUNKS, _plain, beside=beside)) == [
        (1, (["a"], 0)),
        (2, (["b", "c"], 1)),
        (1, (["d"], 3)),
    ]
    assert list(read_chunks([], _plain, beside=beside)) == []
    assert threading.active_count() == before


@pytest.mark.parametrize(("beside", "ahead"), [(False, 0), (True, 1)])
def test_so_many_chunks_are_pulled_ahead(*, beside: bool, ahead: int) -> None:
    pulled: list[int] = []

    def chunks() -> Iterator[list[str]]:
        for number, chunk in enumerate(CHUNKS):
            pulled.append(number)
            yield chunk

    reading = read_chunks(chunks(), _plain, beside=beside)
    assert pulled == []
    for number in range(len(CHUNKS)):
        next(reading)
        assert len(pulled) == min(number + 1 + ahead, len(CHUNKS))


def test_chunks_are_pulled_here_and_read_elsewhere() -> None:
    here = threading.get_ident()
    pulling: set[int] = set()

    def chunks() -> Iterator[list[str]]:
        for chunk in CHUNKS:
            pulling.add(threading.get_ident())
            yield chunk

    threads = {thread for _, thread in read_chunks(chunks(), lambda *_: threading.get_ident(), beside=True)}
    assert pulling == {here}
    assert len(threads) == 1
    assert here not in threads


def test_the_next_chunk_is_read_while_this_one_is_computed() -> None:
    read = [threading.Event() for _ in CHUNKS]

    def note(_: Sequence[str], index: int) -> int:
        read[(0, 1, 1, 2)[index]].set()
        return index

    for number, _ in enumerate(read_chunks(CHUNKS, note, beside=True)):
        assert read[min(number + 1, 2)].wait(60)


@pytest.mark.parametrize("beside", [False, True])
def test_what_was_pulled_before_the_inputs_failed_is_given_first(*, beside: bool) -> None:
    def chunks() -> Iterator[list[str]]:
        yield from CHUNKS
        raise RuntimeError("the stream broke")

    seen: list[list[str]] = []
    with pytest.raises(RuntimeError, match="the stream broke"):
        seen.extend(chunk for _, (chunk, _) in read_chunks(chunks(), _plain, beside=beside))
    assert seen == CHUNKS


@pytest.mark.parametrize("beside", [False, True])
def test_what_cannot_be_read_is_an_error_in_its_turn(*, beside: bool) -> None:
    def read(chunk: Sequence[str], index: int) -> str:
        if index:
            raise ValueError(chunk)
        return chunk[0]

    reading = read_chunks(CHUNKS, read, beside=beside)
    assert next(reading) == (1, "a")
    with pytest.raises(ValueError, match=r"\['b', 'c'\]"):
        next(reading)


def test_who_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    reading = read_chunks(CHUNKS, _plain, beside=True)
    next(reading)
    assert threading.active_count() == before + 1
    reading.close()  # type: ignore[attr-defined]  # a generator
    assert threading.active_count() == before


class Accelerated(FakeBackend):
    """Says that it runs on an accelerator."""

    def open_scorer(self, folder: ModelFolder, runtime: hfkit.Runtime, /) -> FakeScorer:
        return _moved(super().open_scorer(folder, runtime))

    def open_span_scorer(self, folder: ModelFolder, runtime: hfkit.Runtime, /) -> FakeSpanScorer:
        scorer = super().open_span_scorer(folder, runtime)
        scorer.card = replace(scorer.card, device="cuda:0")
        return scorer


def _moved(scorer: FakeScorer) -> FakeScorer:
    scorer.card = replace(scorer.card, device="cuda:0")
    return scorer


@pytest.fixture
def accelerated(monkeypatch: pytest.MonkeyPatch) -> hfkit.Runtime:
    monkeypatch.setattr(registry, "_registered", {**registry._registered, "accelerated": Accelerated})
    return hfkit.Runtime(backend="accelerated")


def test_results_on_an_accelerator_are_the_same(
    fake_model: Path, fake_reader: Path, fake: hfkit.Runtime, accelerated: hfkit.Runtime
) -> None:
    texts = [f"a {word} movie" for word in ("good", "bad", "dull", "funny")] * 50
    questions = [hfkit.Question("good movie ?", context=f"{text} . never old .") for text in texts[:70]]
    plain, fast = (hfkit.Classify(fake_model, runtime=runtime) for runtime in (fake, accelerated))
    expected = [result.scores for result in plain.map(texts)]
    assert [result.scores for result in fast.map(texts)] == expected
    assert [result.scores for result in fast.batch(texts)] == expected
    assert fast(texts[0]).scores == expected[0]
    slow, quick = (hfkit.Answer(fake_reader, runtime=runtime) for runtime in (fake, accelerated))
    assert [one.spans for one in quick.map(questions)] == [one.spans for one in slow.map(questions)]
    assert quick(questions[0]).spans == slow(questions[0]).spans


def test_results_ahead_of_a_bad_input_come_first(fake_model: Path, accelerated: hfkit.Runtime) -> None:
    classify = hfkit.Classify(fake_model, runtime=accelerated)
    texts = ["good"] * 40 + ["\a"] + ["bad"] * 400
    seen: list[hfkit.Classification] = []
    with pytest.raises(errors.EmptyInputError) as caught:
        seen.extend(classify.map(texts))
    assert (len(seen), caught.value.index) == (40, 40)


def test_one_call_starts_no_thread(
    fake_model: Path, accelerated: hfkit.Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    classify = hfkit.Classify(fake_model, runtime=accelerated).load()
    refuse: Callable[..., None] = lambda *_: pytest.fail("a thread was started")  # noqa: E731
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert classify("good").label
