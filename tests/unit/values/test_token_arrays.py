"""What TokenArrays gives a model: the inputs that it names, and no others."""

from __future__ import annotations

import numpy as np
import pytest

import hfkit
from hfkit.values.token_arrays import TokenArrays

__all__: list[str] = []


def _arrays(source: hfkit.Source, names: tuple[str, ...]) -> TokenArrays:
    return TokenArrays(
        ids=np.array([[7, 8], [9, 0]], dtype=np.int32),
        mask=np.array([[1, 1], [1, 0]], dtype=np.int8),
        type_ids=np.array([[0, 1], [0, 0]], dtype=np.int8),
        lengths=np.array([2, 1]),
        owner=np.array([0, 1]),
        cut=(),
        input_names=names,
        source=source,
    )


@pytest.mark.parametrize(
    "names",
    [
        ("input_ids",),
        ("input_ids", "attention_mask"),
        ("input_ids", "token_type_ids"),
        ("input_ids", "token_type_ids", "attention_mask"),
    ],
)
def test_the_model_gets_what_it_names(source: hfkit.Source, names: tuple[str, ...]) -> None:
    whole = {
        "input_ids": [[7, 8], [9, 0]],
        "token_type_ids": [[0, 1], [0, 0]],
        "attention_mask": [[1, 1], [1, 0]],
    }
    given = _arrays(source, names).inputs()
    assert {name: array.tolist() for name, array in given.items()} == {name: whole[name] for name in names}
    assert {array.dtype for array in given.values()} == {np.dtype("int64")}
