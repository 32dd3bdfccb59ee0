"""The folder in which a smaller model is made: what it takes the place of, and what it leaves behind."""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path

import pytest

from hfkit.errors import OutputError
from hfkit.jobs.quantizing.work_folder import WorkFolder


def fill(folder: Path, text: str = '{"plan": 1, "result": 2}') -> Path:
    folder.mkdir(parents=True)
    (folder / "quantizing.json").write_text(text)
    return folder


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_not_kept_leaves_no_folders_above_it(tmp_path: Path) -> None:
    with WorkFolder(tmp_path / "new" / "deep" / "out", overwrite=False) as work:
        fill(work.draft)
    assert listed(tmp_path) == []


def test_what_is_kept_takes_the_place_and_nothing_else_stays(tmp_path: Path) -> None:
    with WorkFolder(tmp_path / "new" / "out", overwrite=False) as work:
        fill(work.draft)
        (work.path / "words.txt").write_text("said")
        work.finish()
    assert listed(tmp_path / "new") == ["out"]
    assert listed(tmp_path / "new" / "out") == ["quantizing.json"]


def test_two_calls_do_not_fill_one_folder_at_a_time(tmp_path: Path) -> None:
    other = WorkFolder(tmp_path / "out", overwrite=True)
    with WorkFolder(tmp_path / "out", overwrite=True) as work:
        fill(work.draft)
        with pytest.raises(OutputError) as caught, other:
            pass
        assert caught.value.message == f"another call is filling {tmp_path / 'out'}"
        work.finish()
    with other:
        fill(other.draft, '{"plan": 3, "result": 4}')
        other.finish()
    assert (tmp_path / "out" / "quantizing.json").read_text() == '{"plan": 3, "result": 4}'
    assert listed(tmp_path) == ["out"]


def test_a_file_system_without_locks_is_worked_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with WorkFolder(tmp_path / "out", overwrite=False) as work:
        fill(work.draft)
        work.finish()
    assert listed(tmp_path) == ["out"]


def test_a_link_leads_to_the_folder_that_is_filled(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk" / "real")
    for name in ("first", "second"):
        with WorkFolder(tmp_path / "out", overwrite=True) as work:
            fill(work.draft)
            (work.draft / name).touch()
            work.finish()
        assert (tmp_path / "out").is_symlink()
        assert listed(tmp_path / "disk") == ["real"]
        assert (
            listed(tmp_path / "disk" / "real") == [name, "quantizing.json"][:: 1 if name == "first" else -1]
        )


def test_what_others_have_written_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with WorkFolder(tmp_path / "out", overwrite=True) as work:
        fill(work.draft)
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "thesis.txt").write_text("three years")
        with pytest.raises(OutputError, match="has files that Quantize has not made"):
            work.finish()
    assert listed(tmp_path) == ["out"]
    assert (tmp_path / "out" / "thesis.txt").read_text() == "three years"


def test_the_model_itself_is_never_replaced(tmp_path: Path) -> None:
    model = fill(tmp_path / "out")
    for models in ([model], [model / "deeper"]):
        work = WorkFolder(model, overwrite=True, models=models)
        with pytest.raises(OutputError, match="is the folder of the model, or holds it"), work:
            pass
    assert listed(tmp_path) == ["out"]


def test_the_folder_that_one_works_in_is_not_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(OutputError) as caught, WorkFolder(Path(), overwrite=False):
        pass
    assert caught.value.message == (
        ". is the folder that this process works in, or holds it, and cannot be replaced"
    )
    assert listed(tmp_path) == ["here"]


def test_a_file_system_of_its_own_is_not_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(Path, "is_mount", lambda path: path.name == "disk")
    with (
        pytest.raises(OutputError, match="is a file system of its own"),
        WorkFolder(tmp_path / "disk", overwrite=False),
    ):
        pass
    assert listed(tmp_path) == ["disk"]


def test_a_move_that_fails_puts_back_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "out", '{"plan": "old", "result": "old"}')
    move = Path.replace

    def fail(path: Path, target: Path) -> Path:
        if path.name == "model":
            raise OSError(errno.EBUSY, "busy")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", fail)
    with WorkFolder(tmp_path / "out", overwrite=True) as work:
        fill(work.draft)
        with pytest.raises(OutputError, match=r"cannot be put into .*: busy"):
            work.finish()
    assert (tmp_path / "out" / "quantizing.json").read_text() == '{"plan": "old", "result": "old"}'
    assert listed(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["file/out", "x" * 300])
def test_where_nothing_can_be_written(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with (
        pytest.raises(OutputError, match="nothing can be written beside"),
        WorkFolder(tmp_path / name, overwrite=False),
    ):
        pass
    assert listed(tmp_path) == ["file"]
