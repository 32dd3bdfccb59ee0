from __future__ import annotations

import json
import sys
from decimal import Decimal

import pytest

from hfkit.errors import RefusedValueError
from hfkit.text.shapes import (
    PatternGrammar,
    SchemaGrammar,
    choice_shape,
    finite,
    json_shape,
    read_json,
    regex_shape,
    to_plain,
)
from hfkit.values.structure import Choice, JsonSchema, Regex

LARGEST = sys.float_info.max


def test_json_is_read_as_python_reads_it() -> None:
    shape = json_shape(JsonSchema({}))
    text = '{"a": [1, -2.50, 1e3, "x", true, null], "b": {}}'
    assert shape.decode(text) == json.loads(text)
    assert json.dumps(shape.decode(text)) == json.dumps(json.loads(text))
    assert shape.grammar == SchemaGrammar("{}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e999", LARGEST),
        ("-1.5E+999", -LARGEST),
        (f"1e{'9' * 20}", LARGEST),
        (f"-2e{'9' * 20}", -LARGEST),
        (f"1e-{'9' * 20}", 0.0),
    ],
)
def test_numbers_beyond_double_precision_are_its_last(text: str, value: float) -> None:
    assert to_plain(read_json(text)) == value


@pytest.mark.parametrize("digits", [308, 309, 5000])
def test_whole_numbers_of_any_length_are_read(digits: int) -> None:
    value = to_plain(read_json("9" * digits))
    assert value == (10**digits - 1 if digits < 309 else LARGEST)


def test_digits_are_kept_until_a_type_is_known() -> None:
    assert read_json("[1.10, 2]") == [Decimal("1.10"), 2]
    assert str(read_json("1.10")) == "1.10"
    assert finite(10**400) == LARGEST
    assert finite(-(10**400)) == -LARGEST


def test_a_pattern_matches_the_whole_text() -> None:
    shape = regex_shape(Regex("^a+$"))
    assert shape.decode("aa") == "aa"
    assert shape.grammar == PatternGrammar("a{1,}")
    with pytest.raises(RefusedValueError, match=r"the text 'aab' is not matched by '\^a\+\$'"):
        shape.decode("aab")


def test_a_blank_may_stand_before_a_choice() -> None:
    shape = choice_shape(Choice(("yes", " no")))
    assert [shape.decode(text) for text in ("yes", " yes", " no", "  no")] == ["yes", "yes", " no", " no"]
    assert shape.grammar == PatternGrammar(r" ?(?:yes|\x{20}no)", needs="yes no")
    with pytest.raises(RefusedValueError, match=r"the text 'no' is none of \('yes', ' no'\)"):
        shape.decode("no")


@pytest.mark.parametrize("text", ["", "{", "nan?", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(RefusedValueError, match="is no JSON that Python reads"):
        read_json(text)
