from __future__ import annotations

import json
from typing import Any

import pytest

from hfkit.errors import SettingError
from hfkit.text.formats import FORMAT_PATTERNS
from hfkit.text.schemas import narrow_schema
from hfkit.values.structure import JsonSchema

WIDEST = 2**63 - 1024


def narrowed(schema: dict[str, Any], **given: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(narrow_schema(JsonSchema(schema), **given).schema)
    return result


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": ["string", "null"], "minLength": 1, "maxLength": 3},
        {"properties": {"b": {}, "a": True}, "required": ["a"], "additionalProperties": False},
        {"type": "array", "prefixItems": [{"type": "null"}], "items": False, "minItems": 1},
        {
            "anyOf": [{"$ref": "#/$defs/a~1b"}, {"const": {"x": [1, "y"]}}],
            "$defs": {"a/b": {"enum": [None, True]}},
        },
        {
            "type": "object",
            "patternProperties": {"^a": {}},
            "additionalProperties": False,
            "minProperties": 1,
        },
        {"definitions": {"x": {}}, "allOf": [{"$ref": "#/definitions/x"}], "oneOf": [True]},
        {"type": "string", "format": "uuid"},
    ],
)
def test_what_an_engine_keeps_stays_as_it_is(schema: dict[str, Any]) -> None:
    assert narrowed(schema) == schema
    assert list(narrowed(schema)) == list(schema)


@pytest.mark.parametrize(
    ("schema", "narrow"),
    [
        ({"title": "T", "default": 1, "x-order": 1, "$comment": "", "$id": "http://x/y", "examples": []}, {}),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, {}),
        ({"uniqueItems": False}, {}),
        ({"minLength": 2.0}, {"minLength": 2}),
        ({"type": "integer"}, {"type": "integer", "minimum": -WIDEST, "maximum": WIDEST}),
        (
            {"type": "number", "multipleOf": 2.0, "minimum": 0, "maximum": 9},
            {"type": ["integer"], "minimum": 0, "maximum": 9, "multipleOf": 2.0},
        ),
        ({"type": "string", "format": "password"}, {"type": "string"}),
        (
            {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1},
            {"type": "integer", "minimum": 0, "maximum": 1},
        ),
        ({"format": "date"}, {"pattern": FORMAT_PATTERNS["date"]}),
        (
            {"pattern": "a", "format": "time"},
            {"pattern": "a", "allOf": [{"pattern": FORMAT_PATTERNS["time"]}]},
        ),
        (
            {"allOf": [{}], "pattern": "a", "format": "time"},
            {"allOf": [{}, {"pattern": FORMAT_PATTERNS["time"]}], "pattern": "a"},
        ),
        ({"minProperties": 2, "required": ["a", "b"]}, {"required": ["a", "b"]}),
        ({"minProperties": 1}, {"minProperties": 1}),
        ({"enum": [1.0, True, [2.0**53]]}, {"enum": [1, True, [9007199254740992]]}),
    ],
)
def test_what_an_engine_keeps_loosely_is_narrowed(schema: dict[str, Any], narrow: dict[str, Any]) -> None:
    assert narrowed(schema) == narrow


def test_a_divisor_lets_all_but_numbers_through_when_the_type_is_open() -> None:
    assert "number" not in narrowed({"multipleOf": 2})["type"]
    assert "integer" in narrowed({"multipleOf": 2})["type"]


def test_a_fine_divisor_is_kept_for_a_reader_that_keeps_digits() -> None:
    schema = {"type": "number", "multipleOf": 0.01}
    assert narrowed(schema, reader="python")["multipleOf"] == 0.01
    with pytest.raises(SettingError, match="not supported: multipleOf that is no whole number at the root"):
        narrowed(schema)


def test_items_may_be_a_list_in_older_drafts_only() -> None:
    schema = {"items": [{"type": "null"}], "additionalItems": False}
    assert narrowed({"$schema": "http://json-schema.org/draft-07/schema#", **schema}) == schema
    with pytest.raises(SettingError, match=r"the schema at /items is \[.*\], must be an object or a boolean"):
        narrowed(schema)


@pytest.mark.parametrize(
    "keyword",
    """not if then else contains minContains maxContains dependentRequired dependentSchemas dependencies propertyNames
    unevaluatedProperties unevaluatedItems $id $anchor $dynamicRef $dynamicAnchor $recursiveRef $vocabulary
    contentEncoding contentMediaType contentSchema nullable x-guidance""".split(),  # noqa: SIM905
)
def test_an_unsupported_keyword_is_refused_by_name_and_place(keyword: str) -> None:
    with pytest.raises(SettingError) as caught:
        narrowed({"properties": {"a/b": {keyword: {}}}})
    assert caught.value.message == (
        f"the schema asks for what is not supported: {keyword} at /properties/a~1b"
    )


def test_all_that_is_unsupported_is_told_at_once() -> None:
    with pytest.raises(SettingError) as caught:
        narrowed({"not": {}, "items": {"uniqueItems": True}})
    assert caught.value.message.endswith("not at the root, uniqueItems at /items")
    assert caught.value.hint == "leave it out, and check the value for it"


def test_a_misspelled_keyword_is_told_from_one_that_is_not_supported() -> None:
    with pytest.raises(SettingError) as caught:
        narrowed({"minimun": 3})
    assert caught.value.hint == "did you mean 'minimum'?"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"uniqueItems": True}, "uniqueItems at the root"),
        ({"minProperties": 2}, "minProperties above 1 at the root"),
        ({"minProperties": 2, "required": 3}, "minProperties above 1 at the root"),
        ({"format": "regex"}, "format 'regex' at the root"),
        ({"$ref": "http://x/y"}, "'http://x/y' at the root"),
        ({"$ref": 3}, r"\$ref 3 at the root"),
        (
            {"patternProperties": {"a": {}}},
            "patternProperties without additionalProperties: false at the root",
        ),
        ({"$ref": "#/$defs/a"}, r"\$ref at the root is '#/\$defs/a', where no schema stands"),
        ({"items": {"$ref": "#/default"}, "default": {}}, r"\$ref at /items is '#/default', where no"),
        (
            {"$schema": "http://json-schema.org/draft-04/schema#"},
            r"\$schema is 'http://json-schema.org/draft-04",
        ),
        ({"$schema": 3}, r"\$schema is 3, must be one of"),
        ({"type": "strin"}, "type at the root is 'strin', must be one of"),
        ({"anyOf": {}}, r"the value at /anyOf is \{\}, which anyOf cannot be"),
        ({"properties": []}, r"the value at /properties is \[\], which properties cannot be"),
        ({"items": 3}, "the schema at /items is 3, must be an object or a boolean"),
        ({"minLength": -1}, "minLength at the root is -1, must be a whole number from 0 on"),
        ({"minItems": 1.5}, "minItems at the root is 1.5"),
        ({"maxItems": True}, "maxItems at the root is True"),
        ({"pattern": 3}, "pattern at the root is 3, must be a text"),
        ({"const": "a\x00"}, r"the text 'a\\x00' at /const holds a control character"),
        ({"enum": [{"a": ["\x7f"]}]}, "holds a control character"),
        ({"enum": [{"\x01": 1}]}, "holds a control character"),
        ({"properties": {"\x01": {}}}, r"the text '\\x01' at /properties holds a control character"),
        ({"required": ["\x01"]}, "at /required holds a control character"),
        (
            {"const": [0.30000000000000004]},
            "the number 0.30000000000000004 at /const has more digits than an engine keeps",
        ),
        ({"const": 1e-30}, "the number 1e-30 at /const has more digits than an engine keeps"),
        ({"const": 2**53 + 1}, r"the number 9007199254740993 at /const is beyond 2\*\*53"),
    ],
)
def test_what_cannot_be_kept_is_refused(schema: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        narrowed(schema)


CAT = {"type": "object", "properties": {"is": {"const": "cat"}}, "required": ["is"]}
DOG = {"type": "object", "properties": {"is": {"enum": ["dog", "hound"]}}, "required": ["is"]}


@pytest.mark.parametrize(
    "schemas",
    [
        [CAT, DOG],
        [{"$ref": "#/$defs/Cat%20or%20tom"}, DOG],
        [CAT, {**DOG, "properties": {"is": {"const": "dog"}, "age": {}}, "required": ["age", "is"]}],
    ],
)
def test_alternatives_that_a_tag_keeps_apart_are_any_of_them(schemas: list[Any]) -> None:
    narrow = narrowed({"title": "T", "oneOf": schemas, "type": "object", "$defs": {"Cat or tom": CAT}})
    assert list(narrow) == ["anyOf", "type", "$defs"]


@pytest.mark.parametrize(
    "schemas",
    [
        [CAT, CAT],
        [CAT, {**DOG, "required": []}],
        [CAT, {**DOG, "type": ["object", "null"]}],
        [CAT, {**DOG, "properties": {"is": {"enum": ["dog", 1]}}}],
        [CAT, {**DOG, "properties": {"is": True}}],
        [CAT, {**DOG, "properties": {"is": {"enum": ["dog", "cat"]}}}],
        [CAT, False],
    ],
)
def test_other_alternatives_are_left_to_the_engine(schemas: list[Any]) -> None:
    assert "oneOf" in narrowed({"oneOf": schemas})


def test_two_kinds_of_alternatives_stay_two() -> None:
    assert list(narrowed({"anyOf": [{}], "oneOf": [CAT, DOG]})) == ["anyOf", "oneOf"]


NODE = {"properties": {"next": {"$ref": "#/$defs/Node"}}, "required": ["next"], "type": "object"}


@pytest.mark.parametrize(
    "node",
    [
        NODE,
        {"allOf": [NODE]},
        {"anyOf": [NODE, {"$ref": "#/$defs/Node"}]},
        {"type": "array", "items": {"$ref": "#/$defs/Node"}, "minItems": 1},
        {"type": "array", "prefixItems": [{"$ref": "#/$defs/Node"}], "minItems": 1},
        {"type": "object", "required": ["a"], "additionalProperties": {"$ref": "#/$defs/Node"}},
    ],
)
def test_a_schema_whose_texts_never_end_is_refused(node: dict[str, Any]) -> None:
    with pytest.raises(SettingError) as caught:
        narrowed({"$ref": "#/$defs/Node", "$defs": {"Node": node}})
    assert caught.value.message == (
        "no text of the schema can end: a value of #/$defs/Node must hold another"
    )


@pytest.mark.parametrize(
    "node",
    [
        {**NODE, "required": []},
        {**NODE, "type": ["object", "null"]},
        {"anyOf": [NODE, {"type": "null"}]},
        {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        {"type": "array", "prefixItems": [{}, {"$ref": "#/$defs/Node"}], "minItems": 1},
        {"type": "array", "prefixItems": [{}], "items": {"type": "null"}, "minItems": 3},
        {"type": "object", "required": ["a", "b"], "properties": {"a": True}},
    ],
)
def test_a_schema_some_of_whose_texts_end_is_taken(node: dict[str, Any]) -> None:
    assert narrowed({"$ref": "#/$defs/Node", "$defs": {"Node": node}})


def test_a_constant_that_is_plain_text_is_written_as_it_is() -> None:
    from hfkit.text.schemas import _writable

    assert _writable("plain", "") == "plain"
    assert _writable(True, "") is True  # noqa: FBT003
