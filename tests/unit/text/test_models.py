from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal

import pydantic.dataclasses
import pytest
from pydantic import (
    AwareDatetime,
    BaseModel,
    Discriminator,
    Field,
    HttpUrl,
    NaiveDatetime,
    StringConstraints,
    Tag,
    WebsocketUrl,
    create_model,
)

from hfkit.errors import RefusedValueError, SettingError
from hfkit.text.formats import FORMAT_PATTERNS, naive, naive_or_aware
from hfkit.text.forms import shape_of
from hfkit.text.models import is_model
from hfkit.text.patterns import within
from hfkit.text.shapes import SchemaGrammar


class Item(BaseModel):
    what: str
    price: Decimal = Field(alias="Price", ge=0)


class Basket(BaseModel):
    items: list[Item]
    next: Basket | None = None


class Even(BaseModel):
    number: int

    @pydantic.field_validator("number")
    @classmethod
    def check(cls, number: int) -> int:
        if number % 2:
            raise ValueError("odd")
        return number


@pydantic.dataclasses.dataclass
class Point:
    x: int
    y: Annotated[int, Field(gt=3)]


@dataclass
class Holder:
    point: Point
    items: list[Item]


def schema_of(kind: Any) -> dict[str, Any]:
    """The narrowed schema of the only field of a model."""
    model = create_model("Model", field=(kind, ...))
    found = shape_of(model).grammar
    assert isinstance(found, SchemaGrammar)
    definitions = json.loads(found.schema)["$defs"]
    schema: dict[str, Any] = definitions["Model"]["properties"]["field"]
    return schema


def test_a_model_is_read_by_its_own_checks() -> None:
    text = '{"items":[{"what":"chair","Price":80.50}],"next":{"items":[]}}'
    basket = shape_of(Basket).decode(text)
    assert basket == Basket.model_validate_json(text)
    assert basket.items[0].price == Decimal("80.5")


def test_a_model_is_a_closed_object_and_may_hold_itself() -> None:
    found = shape_of(Basket).grammar
    assert isinstance(found, SchemaGrammar)
    definitions = json.loads(found.schema)["$defs"]
    assert {name: entry.get("additionalProperties") for name, entry in definitions.items()} == {
        "Basket": None,
        "Basket.Item": False,
        "Basket.Basket": False,
    }
    assert definitions["Basket"] == {"$ref": "#/$defs/Basket.Basket"}


def test_models_may_stand_in_other_types() -> None:
    text = '{"point":{"x":1,"y":4},"items":[{"what":"a","Price":1}]}'
    assert shape_of(Holder).decode(text) == Holder(Point(1, 4), [Item(what="a", Price=Decimal(1))])


def test_what_only_a_validator_knows_is_refused_with_its_words() -> None:
    with pytest.raises(
        RefusedValueError, match=r"Even refuses \{'number': 3\}: 1 validation error"
    ) as caught:
        shape_of(Even).decode('{"number":3}')
    assert isinstance(caught.value.__cause__, pydantic.ValidationError)


def test_a_model_that_gives_no_schema_is_refused() -> None:
    model = create_model("Model", field=(Callable[[], int], ...))
    with pytest.raises(SettingError, match="Model gives no schema of itself"):
        shape_of(model)


def test_a_keyword_that_a_model_asks_for_is_refused_by_name() -> None:
    model = create_model("Model", field=(set[int], Field(min_length=2)))
    with pytest.raises(SettingError, match=r"uniqueItems at /\$defs/Model/properties/field"):
        shape_of(model)


def test_without_pydantic_nothing_is_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_model(Item)
    assert is_model(Point)
    assert not is_model(Holder)
    monkeypatch.delitem(sys.modules, "pydantic")
    assert not is_model(Item)


@pytest.mark.parametrize(
    ("constraints", "schema"),
    [
        ({}, {"minimum": -999_999_999_999_999, "maximum": 999_999_999_999_999}),
        ({"ge": 1, "le": 5}, {"minimum": 1.0, "maximum": 5.0}),
        ({"gt": 0, "lt": 1}, {"minimum": 1e-15, "maximum": 0.999999999999999}),
        (
            {"multiple_of": Decimal("0.25"), "ge": 0, "le": 9},
            {"multipleOf": 0.25, "minimum": 0.0, "maximum": 9.0},
        ),
        ({"max_digits": 5, "decimal_places": 2}, {"multipleOf": 0.01, "minimum": -999, "maximum": 999}),
        ({"max_digits": 5}, {"multipleOf": 0.01, "minimum": -999, "maximum": 999}),
        ({"max_digits": 1}, {"multipleOf": 1, "minimum": -9, "maximum": 9}),
        ({"decimal_places": 1, "ge": 0, "le": 9}, {"multipleOf": 0.1, "minimum": 0.0, "maximum": 9.0}),
    ],
)
def test_decimals_are_numbers_with_bounded_digits(
    constraints: dict[str, Any], schema: dict[str, Any]
) -> None:
    kind = "integer" if schema.get("multipleOf") == 1 else "number"
    found = schema_of(Annotated[Decimal, Field(**constraints)])
    assert found.pop("type") in (kind, [kind])
    assert found == schema


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        (datetime, within(naive_or_aware("date-time"))),
        (NaiveDatetime, within(naive("date-time"))),
        (AwareDatetime, FORMAT_PATTERNS["date-time"]),
        (time, within(naive_or_aware("time"))),
    ],
)
def test_zones_are_as_the_model_asks(kind: Any, pattern: str) -> None:
    assert schema_of(kind) == {"type": "string", "pattern": pattern}


@pytest.mark.parametrize(
    ("kind", "address", "other"),
    [
        (HttpUrl, "https://example.com/a/b.html", "https://localhost"),
        (HttpUrl, "http://a.example.com/", "ws://example.com"),
        (WebsocketUrl, "ws://example.com", "http://example.com"),
    ],
)
def test_addresses_have_a_host_and_a_known_scheme(kind: Any, address: str, other: str) -> None:
    schema = schema_of(kind)
    assert "format" not in schema
    pattern = re.sub(r"\\x\{(\w+)\}", lambda found: re.escape(chr(int(found[1], 16))), schema["pattern"])
    assert re.search(pattern, address)
    assert not re.search(pattern, other)
    assert str(pydantic.TypeAdapter(kind).validate_python(address)).startswith(address)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (set[bool], {"type": "array", "items": {"type": "boolean"}}),
        (frozenset[bool], {"type": "array", "items": {"type": "boolean"}}),
        (dict[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (
            dict[Literal["a", "b"], bool],
            {
                "type": "object",
                "properties": {"a": {"type": "boolean"}, "b": {"type": "boolean"}},
                "additionalProperties": False,
            },
        ),
        (
            dict[Literal["a"], bool],
            {"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": False},
        ),
        (
            dict[Annotated[str, StringConstraints(pattern="^a")], bool],
            {
                "type": "object",
                "patternProperties": {"^a": {"type": "boolean"}},
                "additionalProperties": False,
            },
        ),
        (
            dict[int, bool],
            {
                "type": "object",
                "patternProperties": {"^(?:0|[1-9][0-9]{0,17})$": {"type": "boolean"}},
                "additionalProperties": False,
            },
        ),
    ],
)
def test_sets_and_keys(kind: Any, schema: dict[str, Any]) -> None:
    assert schema_of(kind) == schema


@pytest.mark.parametrize(
    "kind", [dict[float, bool], dict[Annotated[str, StringConstraints(min_length=2)], bool]]
)
def test_keys_that_no_engine_keeps_are_refused(kind: Any) -> None:
    with pytest.raises(SettingError, match="propertyNames at"):
        schema_of(kind)


class Cat(BaseModel):
    kind: Literal["cat"] = Field("cat", alias="is")


class Dog(BaseModel):
    kind: Literal["dog"] = Field("dog", alias="is")


def test_tags_keep_models_apart_and_must_be_there() -> None:
    found = schema_of(Annotated[Cat | Dog, Field(discriminator="kind")])
    tag = {"required": ["is"]}
    assert found == {
        "anyOf": [
            {"allOf": [{"$ref": "#/$defs/Model.Cat"}, tag]},
            {"allOf": [{"$ref": "#/$defs/Model.Dog"}, tag]},
        ]
    }


def test_tags_may_be_found_by_a_function() -> None:
    """Pydantic tells of no property then; its checks are all that is left."""

    def tag(value: Any) -> str:
        return "cat" if "lives" in value else "dog"

    kinds = Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminator(tag)]
    assert [part["allOf"][1] for part in schema_of(kinds)["anyOf"]] == [{}, {}]
