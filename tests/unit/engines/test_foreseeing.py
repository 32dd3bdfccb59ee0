from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

import hfkit
from hfkit.engines.foreseeing import Sight, foresee, plan_sight
from hfkit.engines.opening import open_writing
from hfkit.errors import EmptyInputError, InputError, OutOfMemoryError, SettingError
from hfkit.hub.resolve import resolve
from hfkit.testing import write_fake_writer
from hfkit.testing.fake_writers import FakeRunningBatch
from hfkit.text.logits import log_softmax

if TYPE_CHECKING:
    from hfkit.engines.writing import WritingSession
    from hfkit.text.arrays import FloatArray, IntArray

TEXTS = ["good movie", "a", "the story was never dull " * 12, "né 世界"]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> WritingSession:
    folder = resolve(write_fake_writer(tmp_path_factory.mktemp("writer") / "model"), offline=True)
    return open_writing(lambda: folder, hfkit.Runtime(backend="fake", offline=True))


def one_by_one(session: WritingSession, text: str, sight: Sight) -> float:
    """The log probability of a text, each token alone behind what its window shows before it."""
    ids = np.array(session.tokenizer.ids_of(text), dtype=np.int64)
    total, start, stop = 0.0, 0, sight.window
    for place in range(1, len(ids)):
        if place >= stop:
            start, stop = start + sight.stride, stop + sight.stride
        logits = session.begin().read([ids[start:place]])[0]
        total += float(log_softmax(logits)[ids[place]])
    return total


@pytest.mark.parametrize("sight", [Sight(64, 32), Sight(16, 5), Sight(2, 1)])
def test_each_token_is_foreseen_once_from_what_its_window_shows(
    session: WritingSession, sight: Sight
) -> None:
    found, statistics = foresee(session, TEXTS, sight, budget=256)
    assert [one.tokens for one in found] == [len(session.tokenizer.ids_of(text)) - 1 for text in TEXTS]
    for one, text in zip(found, TEXTS, strict=True):
        assert one.logprob == pytest.approx(one_by_one(session, text, sight), rel=1e-5, abs=1e-5)
    assert statistics.inputs == 4
    assert statistics.windows >= 3
    assert statistics.padded_tokens >= statistics.tokens


@pytest.mark.parametrize(("budget", "held"), [(1, 16_777_216), (4096, 1), (4096, 3000)])
def test_how_much_is_computed_at_a_time_changes_nothing(
    session: WritingSession, budget: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = foresee(session, TEXTS, Sight(16, 5), budget=512)
    monkeypatch.setattr("hfkit.engines.foreseeing._HELD", held)
    parts, _ = foresee(session, TEXTS, Sight(16, 5), budget=budget)
    assert [one.logprob for one in parts] == pytest.approx([one.logprob for one in whole], rel=1e-6)


def test_bytes_are_those_of_what_was_foreseen(session: WritingSession) -> None:
    (one,) = foresee(session, ["né 世界"], Sight(64, 32), budget=512)[0]
    assert one.bytes == len(b" \xe4\xb8\x96\xe7\x95\x8c") + len("né".encode()) - len(
        session.tokenizer.text_of(session.tokenizer.ids_of("né 世界")[:1]).encode()
    )


def test_where_memory_is_too_small_half_the_rows_are_computed_at_a_time(
    session: WritingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = foresee(session, TEXTS, Sight(16, 5), budget=512)
    read = FakeRunningBatch.read

    def small(
        batch: FakeRunningBatch,
        rows: Sequence[IntArray],
        /,
        *,
        shared: int = 0,
        opening: IntArray | None = None,
    ) -> FloatArray:
        if len(rows) > 2:
            raise OutOfMemoryError("too many", hint="fewer")
        return read(batch, rows, shared=shared, opening=opening)

    monkeypatch.setattr(FakeRunningBatch, "read", small)
    found, statistics = foresee(session, TEXTS, Sight(16, 5), budget=512)
    assert [one.logprob for one in found] == pytest.approx([one.logprob for one in whole], rel=1e-6)
    assert statistics.splits > 0


def test_a_single_window_that_does_not_fit_is_told(
    session: WritingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> FloatArray:
        raise OutOfMemoryError("too many", hint="fewer")

    monkeypatch.setattr(FakeRunningBatch, "read", none)
    with pytest.raises(OutOfMemoryError):
        foresee(session, ["good movie"], Sight(16, 5), budget=512)


def test_a_token_without_a_number_is_told(session: WritingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: FakeRunningBatch, tokens: IntArray, /) -> FloatArray:
        return np.full((*tokens.shape, session.card.vocabulary), math.nan, dtype=np.float32)

    monkeypatch.setattr(FakeRunningBatch, "write", nothing)
    with pytest.raises(InputError, match=r"^input 11 has the log probability nan by ") as caught:
        foresee(session, ["a", "good movie"], Sight(16, 5), budget=512, first_index=10)
    assert caught.value.index == 11


def test_a_blank_text_is_named_by_its_row(session: WritingSession) -> None:
    with pytest.raises(EmptyInputError, match=r"^input 101 is blank") as caught:
        foresee(session, ["a", "  "], Sight(16, 5), budget=512, first_index=100)
    assert caught.value.index == 101


def test_the_window_is_what_the_model_reads_and_the_stride_half_of_it(session: WritingSession) -> None:
    assert plan_sight(session, window=None, stride=None) == Sight(64, 32)
    assert plan_sight(session, window=2, stride=None) == Sight(2, 1)
    assert plan_sight(session, window=20, stride=19) == Sight(20, 19)


@pytest.mark.parametrize(
    ("window", "stride", "message"),
    [
        (65, None, "window is 65 tokens, .* reads at most 64"),
        (10, 10, "stride is 10 and window 10, must be less than the window, and that at least 2"),
        (1, None, "stride is 1 and window 1, must be less than the window, and that at least 2"),
    ],
)
def test_window_and_stride_leave_no_token_out(
    session: WritingSession, window: int | None, stride: int | None, message: str
) -> None:
    with pytest.raises(SettingError, match=f"^{message}\n"):
        plan_sight(session, window=window, stride=stride)
