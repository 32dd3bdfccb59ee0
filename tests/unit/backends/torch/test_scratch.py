"""Folders that go away with what they are for."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from hfkit.backends.torch.scratch import Scratch

# A child that ends as programs do, and a parent that looks whether its folder is still there.
_FORKS = """
import os, sys
from hfkit.backends.torch.scratch import Scratch
scratch = Scratch()
if not os.fork():
    scratch.remove()
    sys.exit()
os.wait()
print(scratch.path, os.path.isdir(scratch.path))
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_it_lies_in_the_cache_and_is_removed_once(cache: Path) -> None:
    scratch = Scratch()
    (Path(scratch.path) / "weights").touch()
    assert Path(scratch.path).parent == cache / "offload"
    for _ in range(2):
        scratch.remove()
        assert not Path(scratch.path).exists()


def test_two_do_not_meet() -> None:
    one, other = Scratch(), Scratch()
    one.remove()
    assert Path(other.path).is_dir()


def test_it_goes_with_its_holder(cache: Path) -> None:
    scratch = Scratch()
    del scratch
    gc.collect()
    assert not list((cache / "offload").iterdir())


def test_it_goes_at_exit_and_not_with_a_forked_child(cache: Path) -> None:
    command = [sys.executable, "-c", _FORKS]
    path, there = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert (Path(path).parent, there) == (cache / "offload", "True")
    assert not Path(path).exists()


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HFKIT_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scratch = Scratch()
    assert Path(scratch.path).parent == tmp_path
    scratch.remove()
    assert not list(tmp_path.glob("hfkit-*"))
