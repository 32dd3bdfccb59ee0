"""Tables as folders."""

from __future__ import annotations

import shutil
from pathlib import Path

import datasets
import pytest

from hfkit import Classes, Table, errors

TABLE = Table.from_records([{"text": "a film", "label": "good"}, {"text": None, "label": "bad"}])


def test_what_is_saved_is_opened(tmp_path: Path) -> None:
    classed = TABLE.cast({"label": Classes()})
    folder = classed.save(tmp_path / "new" / "table")
    assert folder == tmp_path / "new" / "table"
    assert Table.open(folder) == classed
    assert Table.open(str(folder)).class_names("label") == ("bad", "good")
    assert datasets.load_from_disk(str(folder)).features == classed.dataset.features


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    TABLE.save(tmp_path / "table")
    TABLE.save(tmp_path / "table", overwrite=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["table"]


def test_notes_are_kept(tmp_path: Path) -> None:
    noted = Table(TABLE.dataset, notes=("línea 3",))
    assert Table.open(noted.save(tmp_path / "table")).notes == ("línea 3",)


def test_a_folder_with_files_is_not_written_into(tmp_path: Path) -> None:
    folder = TABLE.save(tmp_path / "table")
    with pytest.raises(errors.SettingError) as caught:
        TABLE.save(folder)
    assert caught.value.message == f"{str(folder)!r} is a folder with files, must be new or empty"
    assert caught.value.hint == "choose another folder, or pass overwrite=True"


def test_a_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    with pytest.raises(errors.SettingError, match="is a file, must be new or empty"):
        TABLE.save(tmp_path / "file", overwrite=True)


def test_a_folder_with_other_files_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("three years", encoding="utf-8")
    with pytest.raises(errors.SettingError, match="holds other files than a saved table"):
        TABLE.save(tmp_path, overwrite=True)
    assert (tmp_path / "thesis.tex").read_text(encoding="utf-8") == "three years"


def test_a_table_may_be_saved_over_itself(tmp_path: Path) -> None:
    opened = Table.open(TABLE.save(tmp_path / "table"))
    changed = opened.map(lambda _: {"label": "new"})
    changed.save(tmp_path / "table", overwrite=True)
    assert Table.open(tmp_path / "table").column("label") == ["new", "new"]
    assert opened == TABLE  # it still reads the file that it has opened


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = TABLE.save(tmp_path / "table")

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(datasets.Dataset, "save_to_disk", fail)
    with pytest.raises(OSError, match="no space left"):
        TABLE[:1].save(folder, overwrite=True)
    assert Table.open(folder) == TABLE
    assert [entry.name for entry in tmp_path.iterdir()] == ["table"]


def test_a_move_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = TABLE.save(tmp_path / "table")
    move = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if self.name == "draft":
            raise OSError("no")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no"):
        TABLE[:1].save(folder, overwrite=True)
    assert Table.open(folder) == TABLE
    assert [entry.name for entry in tmp_path.iterdir()] == ["table"]


def test_where_nothing_was_saved_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(errors.DataNotFoundError, match="holds no saved table"):
        Table.open(tmp_path)
    with pytest.raises(errors.DataNotFoundError, match="is no folder"):
        Table.open(tmp_path / "nothing")


def test_a_truncated_file_is_told(tmp_path: Path) -> None:
    folder = TABLE.save(tmp_path / "table")
    (data,) = folder.glob("*.arrow")
    data.write_bytes(data.read_bytes()[:200])
    with pytest.raises(errors.CorruptDataError) as caught:
        list(Table.open(folder))
    assert caught.value.message.startswith(f"{folder} holds a table that is damaged or not whole: ")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    folder = TABLE.save(tmp_path / "table")
    (data,) = folder.glob("*.arrow")
    data.unlink()
    with pytest.raises(errors.CorruptDataError, match="holds a table that is damaged or not whole"):
        Table.open(folder)


def test_a_folder_may_be_moved(tmp_path: Path) -> None:
    folder = TABLE.save(tmp_path / "table")
    moved = shutil.move(folder, tmp_path / "moved")
    assert Table.open(moved) == TABLE
