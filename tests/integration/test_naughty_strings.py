"""The Big List of Naughty Strings through every family, against transformers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hfkit

FILE = Path(__file__).parent.parent / "data" / "naughty_strings" / "blns.json"


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    strings: list[str] = json.loads(FILE.read_text(encoding="utf-8"))
    assert len(strings) > 500
    return strings


def test_naughty_strings_are_read_as_transformers_reads_them(
    naughty: list[str], tokenize: hfkit.Tokenize, reference: Any
) -> None:
    expected = reference(naughty, return_offsets_mapping=True)
    for number, result in enumerate(tokenize.batch(naughty)):
        assert list(result.ids) == expected["input_ids"][number]
        assert list(result.offsets) == expected["offset_mapping"][number]
        assert tokenize.decode(result.ids) == reference.decode(result.ids)


def test_naughty_strings_fill_the_arrays_of_transformers(
    naughty: list[str], tokenize: hfkit.Tokenize, reference: Any
) -> None:
    token = "<|endoftext|>" if tokenize.special_tokens.pad is None else None
    reference.pad_token = reference.pad_token or token
    facade = tokenize.with_(padding=hfkit.PadToLongest(token=token))
    expected = reference(naughty, padding=True, return_tensors="np")
    for name, array in facade.arrays(naughty).inputs().items():
        np.testing.assert_array_equal(array, expected[name])
