from __future__ import annotations

from hfkit.values.inputs import Pair
from hfkit.values.jsonable import to_json_value
from hfkit.values.provenance import Coverage


def test_dataclasses_become_dicts_all_the_way_down() -> None:
    assert to_json_value(([Pair("a", "b")], (Coverage(1, 2, 3), ()))) == [
        [{"first": "a", "second": "b"}],
        [{"read": 1, "total": 2, "windows": 3}, []],
    ]


def test_plain_values_stay() -> None:
    assert [to_json_value(value) for value in (None, True, 1, 1.5, "text")] == [None, True, 1, 1.5, "text"]


def test_a_class_is_no_value_of_its_own() -> None:
    assert to_json_value(Pair) is Pair
