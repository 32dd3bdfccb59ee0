from __future__ import annotations

from hfkit.values.suggestion import did_you_mean


def test_the_closest_spelling_is_named() -> None:
    assert did_you_mean("torhc", ("torch", "onnx")) == "did you mean 'torch'?"


def test_nothing_is_named_where_nothing_is_close() -> None:
    assert did_you_mean("jax", ("torch", "onnx")) == ""
    assert did_you_mean("jax", ()) == ""


def test_known_names_can_be_any_iterable() -> None:
    assert did_you_mean("torhc", (name for name in ("onnx", "torch"))) == "did you mean 'torch'?"
