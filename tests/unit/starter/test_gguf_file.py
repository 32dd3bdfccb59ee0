"""Reading GGUF files."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from hfkit.errors import CorruptModelError, MissingDependencyError
from hfkit.starter.gguf_file import read_gguf, require_gguf

from .conftest import WriteGguf


def test_values_have_the_type_that_was_asked_for(write_gguf: WriteGguf) -> None:
    file = read_gguf(write_gguf())
    assert file.value("llama.block_count", int) == 2
    assert file.value("tokenizer.ggml.pre", str) == "smollm"
    with pytest.raises(CorruptModelError) as caught:
        file.value("llama.block_count", str)
    assert caught.value.message == "llama.block_count of model.gguf is of type int, must be str"
    with pytest.raises(
        CorruptModelError, match=r"no\.such\.key of model\.gguf is of type NoneType, must be int"
    ):
        file.value("no.such.key", int)


def test_every_tensor_is_float32(write_gguf: WriteGguf) -> None:
    tensors = dict(read_gguf(write_gguf()).tensors())
    assert len(tensors) == 2 + 2 * 9
    assert {value.dtype for value in tensors.values()} == {np.dtype("float32")}
    assert tensors["blk.1.ffn_down.weight"].shape == (64, 96)


@pytest.mark.parametrize("size", [0, 3, 100, 4000])
def test_a_truncated_file_is_a_corrupt_model(write_gguf: WriteGguf, size: int) -> None:
    file = write_gguf()
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(CorruptModelError, match="is no GGUF file, or truncated") as caught:
        read_gguf(file)
    assert caught.value.hint == "fetch it again"


def test_another_file_is_a_corrupt_model(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"not a model at all" * 100)
    with pytest.raises(CorruptModelError, match="GGUF magic invalid"):
        read_gguf(file)


def test_without_the_package_the_line_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(MissingDependencyError, match="gguf is not installed") as caught:
        require_gguf()
    assert caught.value.hint == "pip install 'hfkit[starter]'"
