"""What is found in a folder, and what would change by it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from hfkit.errors import PublishError
from hfkit.jobs.publishing import folder_files
from hfkit.jobs.publishing.differences import file_changes, kept_paths
from hfkit.jobs.publishing.folder_files import FolderFile, read_folder
from hfkit.jobs.publishing.remote import Remote, RemoteFile
from hfkit.testing.local_hub.hub_files import HubFile

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"some bytes\x00\xff" * 10


def test_a_file_has_the_hashes_that_git_and_the_hub_give_it(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(CONTENT)
    (file,) = read_folder(tmp_path, ()).values()
    for one in (file, FolderFile.of("a.bin", CONTENT)):
        assert (one.path, one.size) == ("a.bin", len(CONTENT))
        assert one.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert one.head(4) == CONTENT[:4]
    assert file.git_hash() == FolderFile.of("a.bin", CONTENT).git_hash() == HubFile.of(CONTENT).oid
    assert FolderFile.of("", b"hello\n").git_hash() == "ce013625030ba8dba906f756967f9e9ca394464a", (
        "as git says"
    )


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 1000])
def test_bytes_are_found_wherever_they_stand(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_files, "_CHUNK", chunk)
    (tmp_path / "a").write_bytes(b"12345token678")
    (file,) = read_folder(tmp_path, ()).values()
    for one in (file, FolderFile.of("a", b"12345token678")):
        assert one.holds(b"token")
        assert one.holds(b"678")
        assert not one.holds(b"tokens")


def test_a_folder_is_read_in_order_and_without_what_tools_leave(tmp_path: Path) -> None:
    for path in (
        "b.txt",
        "a/z.txt",
        "a.txt",
        ".git/config",
        "x/__pycache__/y.pyc",
        ".DS_Store",
        "drop/a.log",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    assert list(read_folder(tmp_path, ("drop/*",))) == ["a.txt", "a/z.txt", "b.txt", "link.txt"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(PublishError, match=r"gone\.txt cannot be read: No such file"):
        read_folder(tmp_path, ())
    with pytest.raises(PublishError, match="holds no files to publish"):
        read_folder(tmp_path, ("*.txt",))


def test_files_are_compared_by_what_they_hold() -> None:
    same, other = FolderFile.of("same.txt", b"same"), FolderFile.of("other.txt", b"new!")
    large = FolderFile.of("w.safetensors", b"large")
    pointer = "0" * 40
    remote = Remote(
        "abc",
        private=False,
        files={
            "same.txt": RemoteFile(4, same.git_hash(), None),
            "other.txt": RemoteFile(4, FolderFile.of("", b"old!").git_hash(), None),
            "w.safetensors": RemoteFile(5, pointer, large.sha256),
            "old.bin": RemoteFile(9, pointer, "1" * 64),
            "kept.txt": RemoteFile(1, pointer, None),
            "README.md": RemoteFile(1, pointer, None),
        },
    )
    files = {one.path: one for one in (same, other, large, FolderFile.of("a.txt", b""))}
    changes = file_changes(files, remote, ("old.*", "README.md", "same.txt"))
    assert [(one.path, one.change, one.storage, one.bytes) for one in changes] == [
        ("a.txt", "added", "regular", 0),
        ("old.bin", "deleted", "lfs", 9),
        ("other.txt", "changed", "regular", 4),
        ("same.txt", "unchanged", "regular", 4),
        ("w.safetensors", "unchanged", "lfs", 5),
    ]
    assert kept_paths(changes, remote) == ("README.md", "kept.txt")
