"""What torchao is told to read of a file, against the file that transformers writes and reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from transformers import AutoModel

from hfkit.hub.resolve import resolve
from hfkit.jobs.quantizing import packing
from hfkit.jobs.quantizing.making import make_smaller
from hfkit.jobs.quantizing.torchao_names import leave_out_bare_names
from hfkit.testing import write_tiny_embedder
from hfkit.values.runtime import Runtime
from hfkit.values.schemes import Torchao

if TYPE_CHECKING:
    from pathlib import Path


def read_names(file: Path) -> set[str]:
    with safe_open(file, framework="pt") as weights:
        return set(json.loads(weights.metadata()["tensor_names"]))


def test_a_tensor_of_the_model_itself_is_left_out_and_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = write_tiny_embedder(tmp_path / "model", family="xlnet")
    monkeypatch.setattr(packing, "leave_out_bare_names", lambda _: None)
    folder = tmp_path / "out"
    make_smaller(resolve(original, offline=True), "Embed", Torchao(), Runtime(device="cpu"), folder)
    file = folder / "model.safetensors"
    names, size, tensors = read_names(file), file.stat().st_size, load_file(file)
    leave_out_bare_names(file)
    assert names - read_names(file) == {"mask_emb"}
    assert file.stat().st_size == size
    after = load_file(file)
    assert after.keys() == tensors.keys()
    assert all(torch.equal(after[name], tensor) for name, tensor in tensors.items())
    stored = load_file(original / "model.safetensors")["mask_emb"]
    assert stored.any()
    assert torch.equal(AutoModel.from_pretrained(folder, local_files_only=True).mask_emb, stored)
    content = file.read_bytes()
    leave_out_bare_names(file)
    assert file.read_bytes() == content
