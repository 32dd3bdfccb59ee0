"""What a type checker knows of values that are asked for by type; mypy and pyright must both agree with every line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import (
    Annotated,
    Literal,
    NewType,
    Optional,
    TypeAlias,
    TypedDict,
    TypeVar,
    Union,
    assert_type,
)

import pydantic
from typing_extensions import TypeForm

import hfkit
from hfkit.text.forms import shape_of
from hfkit.text.shapes import Shape
from hfkit.values.structure import JsonValue


@dataclass
class Invoice:
    """A dataclass."""

    total: Decimal
    due: date | None = None


class Person(TypedDict):
    """A TypedDict."""

    name: str


class Mood(Enum):
    """An Enum."""

    GOOD = "good"
    BAD = "bad"


class Model(pydantic.BaseModel):
    """A model of pydantic's."""

    number: int


Name = NewType("Name", str)
Answer: TypeAlias = Literal["yes", "no"]

generate = hfkit.Generate("org/model")

assert_type(generate.into(Invoice), hfkit.Generate[Invoice])
assert_type(generate.into(Invoice)("text").value, Invoice)
assert_type(generate.into(Person)("text").value, Person)
assert_type(generate.into(Mood)("text").value, Mood)
assert_type(generate.into(Model)("text").value, Model)
assert_type(generate.into(Literal["a", "b"])("text").value, Literal["a", "b"])
assert_type(generate.into(Answer)("text").value, Literal["yes", "no"])
assert_type(generate.into(list[Invoice])("text").value, list[Invoice])
assert_type(generate.into(Invoice | None)("text").value, Invoice | None)
assert_type(generate.into(Optional[Invoice])("text").value, Invoice | None)  # noqa: UP045
assert_type(generate.into(Union[int, str])("text").value, int | str)  # noqa: UP007
assert_type(generate.into(tuple[int, ...])("text").value, tuple[int, ...])
assert_type(generate.into(Mapping[str, float])("text").value, Mapping[str, float])
assert_type(generate.into(Annotated[str, hfkit.Regex("a+")])("text").value, str)
assert_type(generate.into(Name)("text").value, Name)
assert_type(generate.into(int)("text").value, int)
assert_type(generate.into(hfkit.JsonSchema({"type": "object"}))("text").value, JsonValue)
assert_type(generate.into(hfkit.Regex("a+"))("text").value, str)
assert_type(generate.into(hfkit.Choice(("yes", "no")))("text").value, str)

assert_type(shape_of(Invoice), Shape[Invoice])
assert_type(shape_of(Literal["a", "b"]).decode("a"), Literal["a", "b"])
assert_type(shape_of(hfkit.JsonSchema("{}")).decode("{}"), JsonValue)
assert_type(shape_of(hfkit.Regex("a+")).decode("a"), str)

Value = TypeVar("Value")


def best(texts: Sequence[str], form: TypeForm[Value]) -> Value:
    """Pass a type on."""
    return generate.into(form)(texts[0]).value


assert_type(best(["a"], Invoice), Invoice)
assert_type(best(["a"], Invoice | int), Invoice | int)

generate.into(3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
generate.into("Invoice is a text")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
