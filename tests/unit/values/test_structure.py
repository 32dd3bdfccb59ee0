from __future__ import annotations

import pickle
from collections import OrderedDict
from typing import Any

import pytest

from hfkit import Choice, JsonSchema, Regex
from hfkit.errors import SettingError

SCHEMA = {"type": "object", "properties": {"ü": {"type": "integer"}}}


def test_a_schema_is_its_json_whatever_it_was_given_as() -> None:
    text = '{"type": "object", "properties": {"ü": {"type": "integer"}}}'
    assert JsonSchema(SCHEMA).schema == text
    assert JsonSchema(OrderedDict(SCHEMA)) == JsonSchema(text) == JsonSchema(text.replace("ü", "\\u00fc"))


def test_structures_are_values() -> None:
    values = [JsonSchema(SCHEMA), Regex("a+"), Choice(("a", "b"))]
    assert pickle.loads(pickle.dumps(values)) == values
    assert len({*values, JsonSchema(SCHEMA)}) == 3


def test_a_schema_keeps_the_order_of_its_properties() -> None:
    assert JsonSchema({"b": 1, "a": 2}) != JsonSchema({"a": 2, "b": 1})


def test_a_schema_does_not_change_with_what_it_was_made_of() -> None:
    mutable: dict[str, object] = {"enum": [1, (2, 3)]}
    schema = JsonSchema(mutable)
    mutable["enum"] = []
    assert schema == JsonSchema('{"enum": [1, [2, 3]]}')


def test_options_are_a_tuple() -> None:
    options: Any = ["a", "b"]
    assert Choice(options) == Choice(("a", "b"))


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (JsonSchema, 3, "schema is 3, must be Mapping or str"),
        (JsonSchema, "{", "schema is no JSON: Expecting property name"),
        (JsonSchema, "[]", r"schema is \[\], must be a JSON object"),
        (JsonSchema, "true", "schema is true, must be a JSON object"),
        (JsonSchema, {"const": float("nan")}, "schema is no JSON: Out of range float"),
        (JsonSchema, '{"const": NaN}', "schema is no JSON: Out of range float"),
        (JsonSchema, {"const": b"x"}, "schema is no JSON: Object of type bytes"),
        (JsonSchema, {1: 2}, "schema is no JSON: its keys must be texts"),
        (JsonSchema, {"const": "\ud800"}, "schema is no JSON: 'utf-8' codec"),
        (JsonSchema, "[" * 100_000, "schema is no JSON: maximum recursion depth"),
        (Regex, 3, "pattern is 3, must be str"),
        (Regex, "(", r"pattern '\(' is no regular expression: missing \)"),
        (Choice, "yes", "options is 'yes', must be a tuple of texts"),
        (Choice, 3, "options is 3, must be a tuple of texts"),
        (Choice, (), "options is empty, must hold a text"),
        (Choice, ("a", ""), "options holds '', must hold texts"),
        (Choice, ("a", 1), "options holds 1, must hold texts"),
        (Choice, ("a", "a"), "options holds a text twice"),
    ],
)
def test_a_bad_structure_is_refused_where_it_is_written(make: Any, given: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        make(given)
