"""Whatever a model writes under a guide parses and validates: random tokens stand for the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from hfkit.engines.guides import Guides
from hfkit.errors import SettingError
from hfkit.testing.tokenizers import write_byte_pairs
from hfkit.text.shapes import json_shape
from hfkit.values.structure import JsonSchema

if TYPE_CHECKING:
    from hfkit.engines.guides import TextGuide

VALIDATOR = jsonschema.Draft202012Validator
END = 0
LONGEST = 400

_FALSE = st.just(value=False)
NAMES = st.sampled_from(["a", "b", "name", "größe", "日", 'quo"te', "line\nbreak"])
NUMBERS = st.integers(-1000, 1000) | st.floats(-1000, 1000).map(lambda number: round(number, 3))
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


def _objects(children: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
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


def _nested(children: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
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


SCHEMAS = st.builds(
    lambda schema, title, leaf: {**schema, **title, "$defs": {"Leaf": leaf}},
    st.recursive(LEAVES, _nested, max_leaves=6),
    TITLES,
    st.sampled_from([{"type": "integer"}, {"type": "string", "maxLength": 4}, {"type": "boolean"}]),
)


@dataclass(frozen=True, repr=False)
class Writer:
    """Writes random tokens under guides."""

    tokenizer: Tokenizer
    guides: Guides
    closing: frozenset[int]

    def write(self, guide: TextGuide, chance: Random) -> bool:
        """Take random tokens that are allowed, often such as close a part; tell whether the text came to its end."""
        for _ in range(LONGEST):
            allowed = guide.allowed()
            assert allowed[END] == guide.complete
            if guide.complete and chance.random() < 0.3:
                return True
            choices = allowed.nonzero()[0].tolist()
            closing = [token for token in choices if token in self.closing]
            token = chance.choice(closing if closing and chance.random() < 0.5 else choices)
            if token == END:
                return True
            guide.accept(token)
        return False


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    folder = tmp_path_factory.mktemp("guides")
    size = write_byte_pairs(folder, family="gpt2")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    closing = frozenset(tokenizer.get_vocab()[piece] for piece in '"}],')
    return Writer(tokenizer, Guides(tokenizer, vocabulary=size + 7, ends=[END]), closing)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(SCHEMAS, st.integers(0, 2**32))
def test_every_text_that_ends_validates(writer: Writer, schema: dict[str, object], seed: int) -> None:
    """Random tokens that a guide allows make JSON that the caller's own schema takes, by another's validator."""
    try:
        shape = json_shape(JsonSchema(schema))
        guide = writer.guides.start(shape)
    except SettingError:  # two halves of a schema may leave nothing between them
        reject()
    assume(writer.write(guide, Random(seed)))
    validator = VALIDATOR(schema, format_checker=VALIDATOR.FORMAT_CHECKER)
    validator.validate(json.loads(guide.text))
    value = shape.decode(guide.text)
    validator.validate(value)
    json.dumps(value, allow_nan=False)
