from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING

import pytest

from hfkit.values.provenance import Coverage

if TYPE_CHECKING:
    from hfkit.values.provenance import Source


def test_coverage_is_complete_once_all_is_read() -> None:
    assert Coverage(read=400, total=400, windows=3).complete
    assert not Coverage(read=399, total=400, windows=3).complete


def test_coverage_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'read'"):
        Coverage(1, 2, 1).read = 2  # type: ignore[misc]


def test_a_source_of_no_adapter_has_no_base(source: Source) -> None:
    plain = replace(source, base=None, notes=())
    assert plain.to_dict()["base"] is None
    assert plain.to_dict()["notes"] == []


def test_versions_are_a_dict_only_when_written_out(source: Source) -> None:
    assert source.versions == (("hfkit", "1.0"), ("numpy", "2.0"))
    assert source.to_dict()["versions"] == {"hfkit": "1.0", "numpy": "2.0"}


def test_to_dict_has_every_field_in_order(source: Source) -> None:
    assert list(source.to_dict()) == [
        "model",
        "revision",
        "tokenizer",
        "backend",
        "device",
        "dtype",
        "versions",
        "base",
        "notes",
    ]


def test_a_source_cannot_be_changed(source: Source) -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'model'"):
        source.model = "another"  # type: ignore[misc]


def test_a_source_can_be_a_key(source: Source) -> None:
    assert {source: 1}[replace(source)] == 1
