"""Whatever a model writes under a guide parses and validates: random tokens stand for the model."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from pydantic import (
    UUID4,
    AwareDatetime,
    BaseModel,
    Field,
    HttpUrl,
    NaiveDatetime,
    StringConstraints,
    TypeAdapter,
)
from tokenizers import Tokenizer

from hfkit.engines.guides import Guides
from hfkit.errors import SettingError, TokenizerError
from hfkit.testing.tokenizers import write_byte_pairs
from hfkit.testing.wandering import Wanderer
from hfkit.text.forms import shape_of
from hfkit.text.shapes import json_shape
from hfkit.values.structure import JsonSchema, Regex

if TYPE_CHECKING:
    from hfkit.text.shapes import Shape

VALIDATOR = jsonschema.Draft202012Validator
END = 0
SEEDS = st.integers(0, 2**32)
LONGEST = 400

_FALSE = st.just(value=False)
NAMES = st.sampled_from(["a", "b", "name", "größe", "日", 'quo"te', "line\nbreak"])
NUMBERS = (
    st.integers(-1000, 1000)
    | st.floats(-1000, 1000).map(lambda number: round(number, 3))
    | st.floats(-1e20, 1e20)
    | st.integers(-(2**62), 2**62)
)
CONSTANTS = st.none() | st.booleans() | NUMBERS | NAMES | st.lists(NUMBERS, max_size=2)
TITLES = st.fixed_dictionaries(
    {}, optional={"title": st.just("T"), "default": st.just(1), "x-order": st.just(2)}
)

TEXTS = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(3, 6),
        "pattern": st.sampled_from(["^[a-c]+$", r"\d", r"^\W?x", "[^y]", r"\S$", "a|b"]),
    },
) | st.fixed_dictionaries(
    {
        "type": st.just("string"),
        "format": st.sampled_from(
            ["date", "date-time", "time", "uuid", "ipv4", "email", "duration", "hostname"]
        ),
    }
)
INTEGERS = st.fixed_dictionaries(
    {"type": st.just("integer")},
    optional={
        "minimum": NUMBERS,
        "exclusiveMinimum": NUMBERS,
        "maximum": NUMBERS,
        "exclusiveMaximum": NUMBERS,
        "multipleOf": st.integers(1, 12),
    },
)
FLOATS = st.fixed_dictionaries(
    {"type": st.sampled_from(["number", ["number", "null"]])},
    optional={
        "minimum": NUMBERS,
        "exclusiveMinimum": NUMBERS,
        "maximum": NUMBERS,
        "exclusiveMaximum": NUMBERS,
        "multipleOf": st.integers(1, 12),
    },
)
LEAVES = (
    TEXTS
    | INTEGERS
    | FLOATS
    | st.fixed_dictionaries({"enum": st.lists(CONSTANTS, min_size=1, max_size=3)})
    | st.fixed_dictionaries({"const": CONSTANTS})
    | st.fixed_dictionaries({"type": st.sampled_from(["boolean", "null", "string", "object"])})
    | st.just({"$ref": "#/$defs/Leaf"})
)


Schemas = st.SearchStrategy[Any]


def _objects(children: Schemas) -> Schemas:
    closed = st.dictionaries(NAMES, children, max_size=3).flatmap(
        lambda properties: st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.just(properties),
                "required": st.lists(st.sampled_from([*properties, "more"]), unique=True),
                "additionalProperties": st.booleans() | children,
            }
        )
    )
    keyed = st.fixed_dictionaries(
        {
            "type": st.just("object"),
            "patternProperties": st.dictionaries(st.sampled_from(["^a", r"^\d+$"]), children, max_size=2),
            "additionalProperties": _FALSE,
        },
        optional={"maxProperties": st.integers(1, 3), "minProperties": st.integers(0, 1)},
    )
    return closed | keyed


def _nested(children: Schemas) -> Schemas:
    arrays = st.fixed_dictionaries(
        {"type": st.just("array"), "items": children},
        optional={
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(2, 3),
            "uniqueItems": _FALSE,
        },
    )
    rows = st.fixed_dictionaries(
        {
            "type": st.just("array"),
            "prefixItems": st.lists(children, min_size=1, max_size=2),
            "items": _FALSE,
        }
    )
    unions = st.fixed_dictionaries({"anyOf": st.lists(children, min_size=1, max_size=3)})
    both = st.fixed_dictionaries({"allOf": st.lists(children, min_size=1, max_size=2)})
    return _objects(children) | arrays | rows | unions | both


@dataclass
class Line:
    what: str
    price: Decimal
    count: int = 1
    rate: float | None = None


@dataclass
class Invoice:
    lines: list[Line]
    due: date
    at: datetime | None
    code: Annotated[str, Regex(r"\w{2}-\d+")]
    parts: list[Invoice] = field(default_factory=list)
    more: dict[str, bool] = field(default_factory=dict)


class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=1, lt=10)


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str = Field(pattern=r"^\w+$", max_length=9)


class Model(BaseModel):
    pet: Cat | Dog = Field(discriminator="kind")
    price: Decimal = Field(gt=0, max_digits=6, decimal_places=2)
    digits: Decimal = Field(max_digits=4)
    free: Decimal
    share: float = Field(gt=0, lt=1)
    step: float = Field(multiple_of=0.25, ge=0)
    numbers: set[int] = Field(min_length=1)
    moods: frozenset[Mood]
    by_name: dict[Literal["a", "b"], int]
    by_number: dict[int, str] = Field(max_length=2)
    by_word: dict[Annotated[str, StringConstraints(pattern="^[a-z]+$")], int]
    when: NaiveDatetime
    then: AwareDatetime | None
    at: time
    lasts: timedelta
    key: UUID4
    page: HttpUrl
    host: IPv4Address
    raw: bytes
    whole: Model | None = None


FORMS = [
    Line,
    Invoice,
    Mood,
    Model,
    Literal["a", 1] | None,
    list[Cat | Dog],
    int | str | None,
    tuple[float, ...],
    set[UUID],
    dict[str, Decimal],
]


SCHEMAS = st.builds(
    lambda schema, title, leaf: {**schema, **title, "$defs": {"Leaf": leaf}},
    st.recursive(LEAVES, _nested, max_leaves=6),
    TITLES,
    st.sampled_from([{"type": "integer"}, {"type": "string", "maxLength": 4}, {"type": "boolean"}]),
)


@dataclass(frozen=True, repr=False)
class Writer:
    """Writes random tokens under guides."""

    guides: Guides
    wanderer: Wanderer

    def write(self, shape: Shape[object], seed: int) -> str:
        """Write a text of a shape to its end."""
        guide = self.guides.start(shape)
        assume(self.wanderer.write(guide, Random(seed), longest=LONGEST) is not None)
        return guide.text


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    folder = tmp_path_factory.mktemp("guides")
    size = write_byte_pairs(folder, family="gpt2") + 7
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return Writer(
        Guides(tokenizer, vocabulary=size, ends=[END]), Wanderer(tokenizer, vocabulary=size, ends=[END])
    )


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(SCHEMAS, SEEDS)
def test_every_text_that_ends_validates(writer: Writer, schema: dict[str, object], seed: int) -> None:
    """Random tokens that a guide allows make JSON that the caller's own schema takes, by another's validator."""
    try:
        shape = json_shape(JsonSchema(schema))
        text = writer.write(shape, seed)
    except (SettingError, TokenizerError):  # two halves of a schema may leave nothing between them
        reject()
    validator = VALIDATOR(schema, format_checker=VALIDATOR.FORMAT_CHECKER)
    validator.validate(json.loads(text))
    value = shape.decode(text)
    validator.validate(value)
    json.dumps(value, allow_nan=False)


@given(st.sampled_from(FORMS), SEEDS)
def test_every_text_that_ends_is_a_value(writer: Writer, form: Any, seed: int) -> None:
    """Random tokens that a guide allows are read as the type that was asked for, by that type's own checks."""
    shape = shape_of(form)
    value = shape.decode(writer.write(shape, seed))
    TypeAdapter(form).validate_python(value, strict=True)
