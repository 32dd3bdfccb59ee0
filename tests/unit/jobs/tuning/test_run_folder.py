"""The work of a run, and what a kill at any moment leaves of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from hfkit.errors import OutputError
from hfkit.jobs.tuning.checkpoints import latest_checkpoint, mark_complete
from hfkit.jobs.tuning.run_folder import REPORT_FILE, RunFolder

if TYPE_CHECKING:
    from pathlib import Path

RUN = {"settings": "Tune('m')", "train": "sha256:1"}


def result_in(folder: RunFolder, content: str = "new") -> Path:
    result = folder.path / "result"
    result.mkdir()
    (result / "model").write_text(content)
    (result / REPORT_FILE).write_text(json.dumps({"run": folder.digest}))
    return result


def checkpoint_in(folder: Path, step: int, *, whole: bool = True) -> Path:
    checkpoint = folder / f"checkpoint-{step}"
    checkpoint.mkdir(parents=True)
    (checkpoint / "weights").write_bytes(b"12345")
    if whole:
        mark_complete(checkpoint)
    return checkpoint


def old_result(output: Path) -> Path:
    """Write what another run has left."""
    output.mkdir()
    (output / "model").write_text("old")
    (output / "training.json").write_text(json.dumps({"run": "another"}))
    return output


def test_a_result_takes_its_place_and_nothing_else_is_left(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "out", RUN, overwrite=False)
    folder.begin()
    folder.finish(result_in(folder))
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "model").read_text() == "new"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    folder = RunFolder(tmp_path / "out", RUN, overwrite=False)
    folder.begin()
    folder.finish(result_in(folder))
    assert (tmp_path / "out" / "model").read_text() == "new"


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_no_training_has_made_is_never_replaced(tmp_path: Path, *, overwrite: bool) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes").write_text("mine")
    expected = re.escape(f"{tmp_path / 'out'} has files that no training has made, must be new or empty")
    with pytest.raises(OutputError, match=expected):
        RunFolder(tmp_path / "out", RUN, overwrite=overwrite)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file has files that no training has made"):
        RunFolder(tmp_path / "file", RUN, overwrite=overwrite)


def test_the_result_of_another_run_is_replaced_on_request(tmp_path: Path) -> None:
    old_result(tmp_path / "out")
    with pytest.raises(OutputError, match=re.escape(f"{tmp_path / 'out'} has files, must be new or empty")):
        RunFolder(tmp_path / "out", RUN, overwrite=False)
    folder = RunFolder(tmp_path / "out", RUN, overwrite=True)
    folder.begin()
    assert (tmp_path / "out" / "model").read_text() == "old"  # until there is something better
    folder.finish(result_in(folder))
    assert (tmp_path / "out" / "model").read_text() == "new"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    folder = RunFolder(tmp_path / "file" / "out", RUN, overwrite=False)
    with pytest.raises(OutputError, match="nothing can be written beside"):
        folder.begin()


def test_another_run_is_not_mixed_in(tmp_path: Path) -> None:
    RunFolder(tmp_path / "out", RUN, overwrite=False).begin()
    other = RUN | {"settings": "Tune('m', seed=1)"}
    with pytest.raises(
        OutputError, match=r"is being filled by another run, which differs in settings"
    ) as caught:
        RunFolder(tmp_path / "out", other, overwrite=False)
    assert caught.value.hint == (
        "call that one again to go on with it, choose another folder, or set overwrite=True"
    )
    checkpoint_in(tmp_path / ".out.tuning", 3)
    assert RunFolder(tmp_path / "out", RUN, overwrite=False).checkpoint is not None
    assert RunFolder(tmp_path / "out", other, overwrite=True).checkpoint is None


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_exchange_that_is_killed_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Whichever step comes no more, the same call goes on."""
    output = old_result(tmp_path / "out")
    folder = RunFolder(output, RUN, overwrite=True)
    folder.begin()
    result = result_in(folder)
    done = [0]

    def kill_at(step: Any) -> Any:
        def perform(*args: object, **kwargs: object) -> object:
            done[0] += 1
            if done[0] == steps:
                raise KeyboardInterrupt
            return step(*args, **kwargs)

        return perform

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", kill_at(type(output).replace))
        patch.setattr("shutil.rmtree", kill_at(__import__("shutil").rmtree))
        with pytest.raises(KeyboardInterrupt):
            folder.finish(result)
    again = RunFolder(output, RUN, overwrite=steps < 3)
    assert (output / "model").read_text() == ("new" if steps == 3 else "old")
    again.begin()
    if not (again.path / "result").exists():
        result_in(again)
    again.finish(again.path / "result")
    assert (output / "model").read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_a_checkpoint_that_is_not_whole_is_never_taken(tmp_path: Path) -> None:
    assert latest_checkpoint(tmp_path) is None
    first = checkpoint_in(tmp_path, 9)
    assert latest_checkpoint(tmp_path) == first
    checkpoint_in(tmp_path, 20, whole=False)
    assert latest_checkpoint(tmp_path) == first
    second = checkpoint_in(tmp_path, 10)
    (tmp_path / "checkpoint-old").mkdir()
    assert latest_checkpoint(tmp_path) == second
    (second / "weights").write_bytes(b"123")
    assert latest_checkpoint(tmp_path) == first
    (first / "weights").unlink()
    assert latest_checkpoint(tmp_path) is None
