from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType, NotRequired, Optional, Required, TypedDict, Union
from uuid import UUID

import pytest
from typing_extensions import ReadOnly, TypeAliasType

from hfkit.errors import RefusedValueError, SettingError
from hfkit.text.forms import shape_of
from hfkit.text.shapes import PatternGrammar, SchemaGrammar
from hfkit.values.structure import Choice, JsonSchema, Regex


class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


class Stars(IntEnum):
    ONE = 1
    TWO = 2


class Mixed(Enum):
    TEXT = "a"
    NUMBER = 1
    NOTHING = None


@dataclass
class Line:
    what: str
    count: int = 1


@dataclass(frozen=True)
class Invoice:
    lines: list[Line]
    total: Decimal
    due: date | None = None
    tags: frozenset[str] = frozenset()
    number: int = field(default=0, init=False)


@dataclass
class Tree:
    name: str
    children: list[Tree] = field(default_factory=list)


@dataclass
class Endless:
    next: list[Endless] | Endless
    other: Endless


@dataclass
class Even:
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError("odd")


class Person(TypedDict):
    name: Required[str]
    age: NotRequired[Annotated[int, "years"]]
    id: ReadOnly[int]


class Loose(TypedDict, total=False):
    a: int
    b: Required[ReadOnly[int]]


@dataclass
class Lost:
    what: Elsewhere  # type: ignore[name-defined]  # noqa: F821


Name = NewType("Name", str)
Alias = TypeAliasType("Alias", list[int])


def grammar(form: object) -> dict[str, Any]:
    found = shape_of(form).grammar
    assert isinstance(found, SchemaGrammar)
    schema: dict[str, Any] = json.loads(found.schema)
    return schema


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (str, '"a"', "a"),
        (int, "-3", -3),
        (float, "1.50", 1.5),
        (float, "2", 2.0),
        (float, "1e999", 1.7976931348623157e308),
        (bool, "true", True),
        (None, "null", None),
        (Decimal, "1.50", Decimal("1.50")),
        (Decimal, "3", Decimal(3)),
        (date, '"2024-02-29"', date(2024, 2, 29)),
        (datetime, '"2024-02-29T01:02:03"', datetime(2024, 2, 29, 1, 2, 3)),  # noqa: DTZ001
        (datetime, '"2024-02-29T01:02:03Z"', datetime(2024, 2, 29, 1, 2, 3, tzinfo=timezone.utc)),  # noqa: UP017
        (time, '"01:02:03.5"', time(1, 2, 3, 500_000)),
        (UUID, '"2eb8aa08-aa98-11ea-b4aa-73b441d16380"', UUID("2eb8aa08-aa98-11ea-b4aa-73b441d16380")),
        (list[int], "[1, 2]", [1, 2]),
        (Sequence[int], "[1]", [1]),
        (set[int], "[1, 1]", {1}),
        (AbstractSet[int], "[1]", frozenset({1})),
        (tuple[int, ...], "[1, 2]", (1, 2)),
        (tuple[int, str], '[1, "a"]', (1, "a")),
        (tuple[()], "[]", ()),
        (dict[str, float], '{"a": 1}', {"a": 1.0}),
        (Mapping[str, None], '{"a": null}', {"a": None}),
        (int | str, '"1"', "1"),
        (Union[int, str], "1", 1),  # noqa: UP007
        (Optional[int], "null", None),  # noqa: UP045
        (float | Decimal, "1.5", 1.5),
        (date | str, '"2024-02-29"', date(2024, 2, 29)),
        (date | str, '"2024"', "2024"),
        (list[int] | dict[str, int] | bool, "true", True),
        (Any, '{"a": [1.5]}', {"a": [1.5]}),
        (Name, '"a"', "a"),
        (Alias, "[1]", [1]),
        (Annotated[int, "a note"], "1", 1),
        (Annotated[str, Regex("a+")], '"aa"', "aa"),
        (Literal["a", 1, True] | None, "true", True),
        (Literal["a", 1, True] | None, "1", 1),
        (Literal["a", 1, True] | None, '"a"', "a"),
        (Literal[Mood.GOOD], "good", Mood.GOOD),
        (list[Literal[Mood.GOOD, "x"]], '["good", "x"]', [Mood.GOOD, "x"]),
        (Stars, "2", Stars.TWO),
        (Mixed, "1", Mixed.NUMBER),
        (Mixed, "null", Mixed.NOTHING),
        (Line, '{"what":"a"}', Line("a")),
        (Line, '{"what":"a","count":2}', Line("a", 2)),
        (Tree, '{"name":"a","children":[{"name":"b"}]}', Tree("a", [Tree("b")])),
        (Person, '{"name":"a","id":1}', {"name": "a", "id": 1}),
        (Loose, '{"b":1,"a":2}', {"b": 1, "a": 2}),
        (Even | Line, '{"number":2}', Even(2)),
        (Even | int, "3", 3),
        (Optional[Even], '{"number":2}', Even(2)),  # noqa: UP045
    ],
)
def test_a_text_is_read_as_its_type(form: object, text: str, value: object) -> None:
    read = shape_of(form).decode(text)
    assert read == value
    assert type(read) is type(value)


def test_a_record_is_a_closed_object_in_the_order_of_its_fields() -> None:
    schema = grammar(Invoice)
    assert schema["$ref"] == "#/$defs/Invoice"
    invoice = schema["$defs"]["Invoice"]
    assert list(invoice["properties"]) == ["lines", "total", "due", "tags"]
    assert invoice["required"] == ["lines", "total"]
    assert invoice["additionalProperties"] is False
    assert invoice["properties"]["lines"]["items"] == {"$ref": "#/$defs/Line"}


def test_values_are_of_the_callers_own_types() -> None:
    text = '{"lines":[{"what":"chair","count":2}],"total":80.50,"due":"2024-02-29","tags":["a","a"]}'
    assert shape_of(Invoice).decode(text) == Invoice(
        [Line("chair", 2)], Decimal("80.50"), date(2024, 2, 29), frozenset({"a"})
    )


def test_required_keys_are_read_from_the_qualifiers() -> None:
    assert grammar(Person)["$defs"]["Person"]["required"] == ["name", "id"]
    assert grammar(Loose)["$defs"]["Loose"]["required"] == ["b"]


def test_two_records_of_one_name_are_two() -> None:
    first = Line

    @dataclass
    class Line2:
        count: int

    Line2.__name__ = "Line"
    form = tuple[first, Line2]  # type: ignore[valid-type]
    assert shape_of(form).decode('[{"what":"a"},{"count":1}]') == (Line("a"), Line2(1))


def test_texts_alone_stand_without_quotation_marks() -> None:
    shape = shape_of(Mood)
    assert shape.grammar == PatternGrammar(" ?(?:good|bad)", needs="goodbad")
    assert shape.decode(" bad") is Mood.BAD
    assert shape_of(Literal["a", "b"]).decode("b") == "b"


def test_structures_have_shapes_too() -> None:
    assert shape_of(JsonSchema({"type": "boolean"})).decode("true") is True
    assert shape_of(Regex("a+")).decode("aa") == "aa"
    assert shape_of(Choice(("a", "b"))).decode("a") == "a"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (int, "true"),
        (int, "1.0"),
        (str, "1"),
        (float, '"1"'),
        (Decimal, "true"),
        (date, '"2023-02-29"'),
        (date, "1"),
        (list[int], "{}"),
        (dict[str, int], "[]"),
        (tuple[int, int], "[1]"),
        (Line, "{}"),
        (Line, '{"what":"a","more":1}'),
        (Literal["a", 1], "[1]"),
        (Literal["a", 1], "true"),
        (int | bool, '"a"'),
    ],
)
def test_another_types_text_is_refused(form: object, text: str) -> None:
    with pytest.raises(RefusedValueError, match="is none of the type"):
        shape_of(form).decode(text)


@pytest.mark.parametrize("form", [Even, list[Even], Even | Line])
def test_a_types_own_checks_are_told_from_the_schema(form: object) -> None:
    text = '[{"number":3}]' if form == list[Even] else '{"number":3}'
    with pytest.raises(RefusedValueError) as caught:
        shape_of(form).decode(text)
    assert caught.value.message == "Even refuses {'number': 3}: odd"
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (bytes, "bytes is of the type bytes, which has no form in JSON"),
        (list, "list is of the type list, which has no form in JSON"),
        (dict[int, str], r"dict\[int, str\] is of the type dict\[int, str\], which has no form in JSON"),
        (Callable[[], int], "which has no form in JSON"),
        (Literal[b"x"], "has the value b'x', which JSON cannot say"),
        (list[Literal[b"x"]], "has the value b'x', which JSON cannot say"),
        (Annotated[int, Regex("a")], "on what is no str"),
        (Annotated[str, Regex("(?=a)")], "a look around"),
        (Endless, "no text of the schema can end: a value of #/.defs/Endless must hold another"),
        (Lost, "the annotations of Lost cannot be resolved: name 'Elsewhere' is not defined"),
        ("Invoice", "'Invoice' is a value, must be a type"),
        (3, "3 is a value, must be a type"),
    ],
)
def test_what_has_no_form_is_refused_by_name(form: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        shape_of(form)


def test_a_field_without_a_form_is_named() -> None:
    @dataclass
    class Photo:
        pixels: bytes

    Photo.__annotations__["pixels"] = bytes
    with pytest.raises(SettingError, match=r"Photo\.pixels is of the type bytes, which has no form in JSON"):
        shape_of(Photo)
