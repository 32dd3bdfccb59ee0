"""Which arrangements come into question, and how a finding is kept."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import hfkit
from hfkit.backends.cores import cores
from hfkit.engines import arrangements as module
from hfkit.engines.arrangements import Arrangement, FoundArrangement, arrangements
from hfkit.errors import SettingError

SOURCE = hfkit.Source("m", "r", "t", "b", "cpu", "float32", (("torch", "2"),))
ALONE, TWO = Arrangement(1, None), Arrangement(2, 1)


class Threaded:
    """A model whose library has so many threads."""

    changes_threads_at_once = True

    def __init__(self, most: int) -> None:
        self._most = most

    def use_threads(self, threads: int | None, /) -> int:
        return threads or self._most


@pytest.fixture(autouse=True)
def _eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 8)
    monkeypatch.delenv("HFKIT_WORKERS")


def test_this_machine() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
    assert module._processor()


@pytest.mark.parametrize(
    ("threads", "expected"),
    [
        (1, (ALONE,)),
        (2, (ALONE, TWO)),
        (3, (ALONE, Arrangement(3, 1))),
        (8, (ALONE, Arrangement(8, 1), Arrangement(4, 2))),
        (99, (ALONE, Arrangement(8, 1), Arrangement(4, 2))),
    ],
)
def test_what_is_not_said_is_to_be_found_out(threads: int, expected: tuple[Arrangement, ...]) -> None:
    assert arrangements(Threaded(threads), SOURCE, hfkit.Runtime()) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (hfkit.Runtime(threads=2), Arrangement(1, 2)),
        (hfkit.Runtime(workers=1), ALONE),
        (hfkit.Runtime(workers=1, threads=3), Arrangement(1, 3)),
        (hfkit.Runtime(workers=4), Arrangement(4, 2)),
        (hfkit.Runtime(workers=16), Arrangement(16, 1)),
        (hfkit.Runtime(workers=3, threads=5), Arrangement(3, 5)),
    ],
)
def test_what_is_said_is_done(settings: hfkit.Runtime, expected: Arrangement) -> None:
    assert arrangements(Threaded(8), SOURCE, settings) == (expected,)
    assert arrangements(object(), SOURCE, settings) == (expected,)


def test_an_accelerator_runs_one_at_a_time() -> None:
    assert arrangements(Threaded(8), replace(SOURCE, device="cuda:0"), hfkit.Runtime()) == (ALONE,)


def test_a_model_that_cannot_change_its_threads_runs_one_at_a_time() -> None:
    assert arrangements(object(), SOURCE, hfkit.Runtime()) == (ALONE,)


def test_a_worker_process_runs_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "parent_process", object)
    assert arrangements(Threaded(8), SOURCE, hfkit.Runtime()) == (ALONE,)
    assert arrangements(Threaded(8), SOURCE, hfkit.Runtime(workers=2)) == (Arrangement(2, 4),)


def test_the_environment_speaks_where_the_runtime_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFKIT_WORKERS", "1")
    assert arrangements(Threaded(8), SOURCE, hfkit.Runtime()) == (ALONE,)
    assert arrangements(Threaded(8), SOURCE, hfkit.Runtime(workers=2)) == (Arrangement(2, 4),)
    monkeypatch.setenv("HFKIT_WORKERS", "4")
    assert arrangements(Threaded(8), SOURCE, hfkit.Runtime(threads=1)) == (Arrangement(4, 1),)
    monkeypatch.setenv("HFKIT_WORKERS", "")
    assert len(arrangements(Threaded(8), SOURCE, hfkit.Runtime())) == 3


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_an_environment_that_names_no_number(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFKIT_WORKERS", value)
    with pytest.raises(SettingError) as caught:
        arrangements(Threaded(8), SOURCE, hfkit.Runtime())
    assert caught.value.message == f"HFKIT_WORKERS is {value!r}, must be a whole number, at least 1"
    assert caught.value.hint == "take it out of the environment to let hfkit find out"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("found", [ALONE, TWO])
def test_a_finding_is_read_by_the_next(found: Arrangement, cache: Path) -> None:
    assert FoundArrangement(SOURCE, budget=512).read((ALONE, TWO)) is None
    FoundArrangement(SOURCE, budget=512).write(found)
    assert FoundArrangement(SOURCE, budget=512).read((ALONE, TWO)) == found
    assert [file.parent.name for file in cache.rglob("*") if file.is_file()] == ["workers"]


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    "other", [{"revision": "s"}, {"backend": "c"}, {"dtype": "bfloat16"}, {"versions": (("torch", "3"),)}]
)
def test_a_finding_holds_for_what_was_measured(other: dict[str, str]) -> None:
    FoundArrangement(SOURCE, budget=512).write(TWO)
    assert FoundArrangement(replace(SOURCE, **other), budget=512).read((ALONE, TWO)) is None  # type: ignore[arg-type]  # of any field
    assert FoundArrangement(SOURCE, budget=256).read((ALONE, TWO)) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"workers": 9, "threads": 1}', "\ud8ff"])
def test_a_damaged_finding_was_never_found(content: str, cache: Path) -> None:
    FoundArrangement(SOURCE, budget=512).write(TWO)
    (file,) = (cache / "workers").iterdir()
    file.write_bytes(content.encode(errors="surrogatepass"))
    assert FoundArrangement(SOURCE, budget=512).read((ALONE, TWO)) is None
    FoundArrangement(SOURCE, budget=512).write(TWO)
    assert FoundArrangement(SOURCE, budget=512).read((ALONE, TWO)) == TWO


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "file"))
    FoundArrangement(SOURCE, budget=512).write(TWO)
    assert FoundArrangement(SOURCE, budget=512).read((ALONE, TWO)) is None
