from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from pydantic import BaseModel

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


class Color(Enum):
    RED = "red"


class Order(BaseModel):
    color: Color
    day: date


def test_what_a_text_was_read_into_becomes_json() -> None:
    moment = datetime(2020, 5, 3, 8, 30, tzinfo=UTC)
    value = {
        "color": Color.RED,
        "tags": {"b", "a"},
        "price": Decimal("9.50"),
        "when": [moment, moment.date(), moment.time()],
        "id": UUID(int=1),
        "order": Order(color=Color.RED, day=moment.date()),
    }
    plain = to_json_value(value)
    assert plain == {
        "color": "red",
        "tags": ["a", "b"],
        "price": "9.50",
        "when": ["2020-05-03T08:30:00+00:00", "2020-05-03", "08:30:00"],
        "id": "00000000-0000-0000-0000-000000000001",
        "order": {"color": "red", "day": "2020-05-03"},
    }
    assert json.loads(json.dumps(plain)) == plain


def test_what_is_nothing_of_json_is_left_as_it_is() -> None:
    thing = object()
    assert to_json_value(thing) is thing
