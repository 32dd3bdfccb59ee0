"""How the hub keeps files, foreseen as the hub does it."""

from __future__ import annotations

import pytest

from hfkit.jobs.publishing.folder_files import FolderFile
from hfkit.jobs.publishing.remote import Remote
from hfkit.jobs.publishing.storage import storage_of
from hfkit.testing.local_hub.hub_files import GIT_ATTRIBUTES, HubFile, upload_mode

NEW = Remote(None, private=False, files={})


@pytest.mark.parametrize("size", [1, 10 * 2**20, 10 * 2**20 + 1])
@pytest.mark.parametrize("path", ["a.txt", "model.safetensors", "onnx/model.onnx", "x.BIN", "rows.parquet"])
def test_it_is_as_the_hub_does_it(path: str, size: int) -> None:
    there = {".gitattributes": HubFile.of(GIT_ATTRIBUTES)}
    made = Remote("abc", private=False, files={}, attributes=GIT_ATTRIBUTES.decode())
    file = FolderFile(path, None, size, "sha")
    assert storage_of(file, NEW) == storage_of(file, made) == upload_mode(path, size, there)


def test_a_repository_has_its_own_rules() -> None:
    rules = "data/*.txt filter=lfs diff=lfs merge=lfs -text\n*.bin text # filter=lfsx\n"
    remote = Remote("abc", private=False, files={}, attributes=rules)
    told = {
        path: storage_of(FolderFile(path, None, 1, "sha"), remote)
        for path in ("data/a.txt", "a.txt", "a.bin", "model.safetensors")
    }
    assert told == {
        "data/a.txt": "lfs",
        "a.txt": "regular",
        "a.bin": "regular",
        "model.safetensors": "regular",
    }


def test_an_empty_file_is_never_beside_git() -> None:
    assert storage_of(FolderFile("a.safetensors", None, 0, "sha"), NEW) == "regular"
