"""What the headers of a model's files say, against the safetensors library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safetensors import safe_open

from hfkit.hub.resolve import resolve
from hfkit.jobs.quantizing.stored_weights import read_stored_weights
from hfkit.testing import write_tiny_classifier

if TYPE_CHECKING:
    from pathlib import Path


def test_they_are_those_of_the_library(tmp_path: Path) -> None:
    model = write_tiny_classifier(tmp_path / "model")
    found = read_stored_weights(resolve(model, offline=True))
    with safe_open(model / "model.safetensors", framework="numpy") as weights:
        assert [weight.name for weight in found] == sorted(weights.keys())
        for weight in found:
            expected = weights.get_tensor(weight.name)
            assert (weight.shape, weight.bytes) == (expected.shape, expected.nbytes)
            assert weight.numbers == expected.size
            assert weight.floats == (expected.dtype.kind == "f")
