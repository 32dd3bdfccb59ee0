"""Who is written at a time, seen from a writer that counts, and from one whose memory is short."""

from __future__ import annotations

import typing
from dataclasses import replace

import numpy as np
import pytest

import hfkit
from hfkit import errors
from hfkit.testing import FakeBackend, write_fake_writer

if typing.TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hfkit.backends.writers import RunningBatch, Writer
    from hfkit.hub.folder import ModelFolder
    from hfkit.text.arrays import FloatArray, IntArray

PROMPTS = ["the cat", "a", "dogs run far away", "x y z", "the cat sat", "on a mat", "b", "naïve 東京"]


class Watched:
    """A running batch that notes what it holds, and refuses more rows or cells than it has memory for."""

    def __init__(self, batch: RunningBatch, notes: Notes) -> None:
        self._batch, self._notes = batch, notes
        self._lengths: list[int] = []

    def read(
        self, rows: Sequence[IntArray], /, *, shared: int = 0, opening: IntArray | None = None
    ) -> FloatArray:
        lengths = self._lengths + [len(row) for row in rows]
        self._require(lengths)
        self._notes.shared.append(shared)
        self._notes.beside.append(len(self._lengths))
        self._lengths = lengths
        return self._batch.read(rows, shared=shared, opening=opening)

    def write(self, tokens: IntArray, /) -> FloatArray:
        lengths = [length + tokens.shape[1] for length in self._lengths]
        self._require(lengths)
        self._lengths = lengths
        return self._batch.write(tokens)

    def keep(self, rows: IntArray, /) -> None:
        self._lengths = [self._lengths[row] for row in rows]
        self._batch.keep(rows)

    def forget(self, tokens: int, /) -> None:
        self._batch.forget(tokens)

    def _require(self, lengths: list[int]) -> None:
        cells = len(lengths) * max(lengths, default=0)
        if cells > self._notes.memory:
            self._notes.refused += 1
            raise errors.OutOfMemoryError("too much", hint="give less")
        self._notes.rows.append(len(lengths))
        self._notes.cells.append(cells)


class Notes:
    def __init__(self, memory: int = 10**9) -> None:
        self.memory = memory
        self.refused = 0
        self.rows: list[int] = []
        self.cells: list[int] = []
        self.shared: list[int] = []
        self.beside: list[int] = []


class WatchedWriter:
    def __init__(self, writer: Writer, notes: Notes, *, shares: bool) -> None:
        self._writer, self._notes = writer, notes
        self.card = replace(writer.card, shares=shares)

    def begin(self) -> RunningBatch:
        return Watched(self._writer.begin(), self._notes)

    def close(self) -> None:
        self._writer.close()


class WatchedBackend(FakeBackend):
    name = "watched"

    def __init__(self) -> None:
        self.notes = Notes()
        self.shares = True

    def open_writer(self, folder: ModelFolder, runtime: hfkit.Runtime, /) -> Writer:  # type: ignore[override]
        return WatchedWriter(super().open_writer(folder, runtime), self.notes, shares=self.shares)


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> WatchedBackend:
    found = WatchedBackend()
    monkeypatch.setattr("hfkit.engines.opening.find_backend", lambda *_, **__: (found.name, found))
    return found


@pytest.fixture
def generate(backend: WatchedBackend, tmp_path: Path) -> hfkit.Generate:
    assert backend.notes.rows == []
    return hfkit.Generate(write_fake_writer(tmp_path / "writer"), max_new_tokens=10)


def test_waiting_prompts_enter_when_others_leave(generate: hfkit.Generate, backend: WatchedBackend) -> None:
    generate = generate.with_(stop=("e", "o"))
    free = list(generate.batch(PROMPTS))
    assert len({result.new_tokens for result in free}) > 1
    assert max(backend.notes.rows) == len(PROMPTS)
    backend.notes.rows.clear()
    backend.notes.beside.clear()
    narrow = generate.with_(runtime=hfkit.Runtime(cache_tokens=400))
    assert list(narrow.batch(PROMPTS)) == free
    assert 1 < max(backend.notes.rows) < len(PROMPTS)
    # A place is taken again before the whole batch has ended.
    assert max(backend.notes.beside) > 0


def test_logits_take_of_the_budget(generate: hfkit.Generate, backend: WatchedBackend) -> None:
    card = generate.load()._session.card
    logits = 2 * 4 * card.vocabulary / card.token_bytes  # float32, twice
    assert logits == 100
    rows = 3
    for spare, expected in ((0, rows), (-1, rows - 1)):
        budget = rows * int(32 + logits) + spare
        backend.notes.rows.clear()
        generate.with_(runtime=hfkit.Runtime(cache_tokens=budget)).batch(["a", "b", "c", "d"])
        assert max(backend.notes.rows) == expected


@pytest.mark.parametrize("budget", [1, 40, 64, 200, 400, 1000])
def test_the_budget_is_kept(generate: hfkit.Generate, backend: WatchedBackend, budget: int) -> None:
    generate.with_(runtime=hfkit.Runtime(cache_tokens=budget)).batch(PROMPTS)
    alone = [cells for cells, rows in zip(backend.notes.cells, backend.notes.rows, strict=True) if rows > 1]
    assert max(alone, default=0) <= budget


def test_the_budget_counts_alternatives(generate: hfkit.Generate, backend: WatchedBackend) -> None:
    decoding = hfkit.Sample(seed=1, temperature=2.0, alternatives=4)
    free = list(generate.with_(decoding=decoding).batch(PROMPTS))
    backend.notes.rows.clear()
    narrow = generate.with_(decoding=decoding, runtime=hfkit.Runtime(cache_tokens=160))
    assert list(narrow.batch(PROMPTS)) == free
    assert max(backend.notes.rows) <= 8


@pytest.mark.parametrize("memory", [40, 60, 90, 140])
def test_where_memory_is_short_fewer_go_on_and_nothing_changes(
    generate: hfkit.Generate, backend: WatchedBackend, memory: int
) -> None:
    expected = list(generate.batch(PROMPTS))
    backend.notes.memory = memory
    found = generate.batch(PROMPTS)
    assert list(found) == expected
    assert backend.notes.refused
    assert found.statistics.splits == backend.notes.refused


def test_one_prompt_that_does_not_fit_is_an_error(generate: hfkit.Generate, backend: WatchedBackend) -> None:
    backend.notes.memory = 12
    with pytest.raises(errors.OutOfMemoryError, match="up to 10 new ones in 1 rows does not fit on cpu"):
        generate("the cat sat on a mat")
    with pytest.raises(errors.OutOfMemoryError):
        list(generate.stream("the cat sat on a mat"))


def test_a_common_beginning_is_read_once(generate: hfkit.Generate, backend: WatchedBackend) -> None:
    beginning = "the cat sat on a mat and dogs run far"
    prompts = [f"{beginning} {prompt}" for prompt in ("b", "x y", "東")]
    while len(generate(beginning).prompt) and generate(beginning).prompt_tokens < 33:
        beginning = f"{beginning} and on"
        prompts = [f"{beginning} {prompt}" for prompt in ("b", "x y", "東")]
    alone = [generate(prompt) for prompt in prompts]
    backend.notes.shared.clear()
    found = generate.batch([*prompts, "short"])
    assert list(found)[:3] == alone
    assert max(backend.notes.shared) >= 32
    backend.shares = False
    plain = generate.with_(runtime=hfkit.Runtime(threads=1)).batch([*prompts, "short"])
    assert [one.text for one in plain] == [one.text for one in found]
    assert plain.statistics.tokens - found.statistics.tokens >= 2 * 32


@pytest.mark.usefixtures("backend")
def test_what_is_no_number_is_an_error(generate: hfkit.Generate, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(self: Watched, tokens: IntArray, /) -> FloatArray:
        return np.full_like(self._batch.write(tokens), np.nan)

    monkeypatch.setattr(Watched, "write", nothing)
    with pytest.raises(errors.BackendError, match="not finite"):
        generate("the cat")


def test_guesses_save_forward_passes_and_change_nothing(
    generate: hfkit.Generate, backend: WatchedBackend
) -> None:
    longer = generate.with_(max_new_tokens=45, min_new_tokens=45)
    for decoding in (hfkit.Greedy(), hfkit.Sample(temperature=0.3, seed=1), hfkit.Beam(beams=2)):
        plain = longer.with_(decoding=decoding)
        guessing = plain.with_(prompt_lookup=4)
        for prompt in PROMPTS:
            assert guessing(prompt) == plain(prompt)
            assert "".join(guessing.stream(prompt)) == plain(prompt).text
        assert list(guessing.batch(PROMPTS)) == list(plain.batch(PROMPTS))
    backend.notes.rows.clear()
    longer("the cat the cat the cat")
    without = len(backend.notes.rows)
    backend.notes.rows.clear()
    longer.with_(prompt_lookup=4)("the cat the cat the cat")
    assert len(backend.notes.rows) <= without
