"""What is told where a smaller model cannot be written."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest
from safetensors import SafetensorError

import hfkit
from hfkit.errors import CorruptModelError, HubError, ModelNotFoundError, OutputError
from hfkit.hub.folder import ModelFolder
from hfkit.jobs.quantizing import making

if TYPE_CHECKING:
    from pathlib import Path

FULL = os.strerror(errno.ENOSPC)


def make(folder: Path, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(making, "_cast", fail)
    model = ModelFolder("org/model", folder, "sha256:1", stamp=())
    making.make_smaller(model, "Classify", hfkit.Cast(), hfkit.Runtime(), folder / "draft")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, FULL),
        SafetensorError(f"Error while serializing: I/O error: {FULL} (os error 28)"),
        HubError(f"the export cannot be written: {FULL}", hint="set HFKIT_CACHE"),
    ],
)
def test_a_full_disk(error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutputError) as caught:
        make(tmp_path, error, monkeypatch)
    assert caught.value.message == "the smaller org/model cannot be written: the disk is full"
    assert caught.value.__cause__ is error


def test_another_fault_of_the_disk_in_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutputError, match=r"cannot be written: .*Input/output error"):
        make(tmp_path, OSError(errno.EIO, os.strerror(errno.EIO)), monkeypatch)


@pytest.mark.parametrize("kind", [CorruptModelError, ModelNotFoundError])
def test_what_is_wrong_with_the_model_stays_as_it_is(
    kind: type[CorruptModelError | ModelNotFoundError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(kind, match="damaged"):
        make(tmp_path, kind("damaged", hint="fetch it again"), monkeypatch)
