"""What a text is to look like, and how its value is read."""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from hfkit.errors import RefusedValueError

from .patterns import escape, whole_match
from .schemas import narrow_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hfkit.values.structure import Choice, JsonSchema, JsonValue, Regex

__all__ = [
    "Grammar",
    "PatternGrammar",
    "SchemaGrammar",
    "Shape",
    "choice_grammar",
    "choice_shape",
    "chosen",
    "finite",
    "json_shape",
    "read_json",
    "regex_shape",
    "to_plain",
]

Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class SchemaGrammar:
    """JSON on one line, as a schema describes it.

    Attributes:
        schema: the schema as JSON, narrowed to what an engine keeps.
    """

    schema: str


@dataclass(frozen=True, slots=True)
class PatternGrammar:
    """Text that a pattern matches from its first to its last character.

    Attributes:
        pattern: a regular expression in the engine's dialect.
        needs: characters that a vocabulary must be able to write.
    """

    pattern: str
    needs: str = ""


Grammar: TypeAlias = SchemaGrammar | PatternGrammar
"""What an engine is told."""

# More digits than double precision has room for.
_LONGEST_WHOLE = 309


@dataclass(frozen=True)  # with slots, Shape[int](...) is a TypeError in Python 3.11
class Shape(Generic[Value_co]):
    """What a text is to look like, and how its value is read.

    Attributes:
        grammar: what the text is held to.
        read: from a whole text to its value.
    """

    grammar: Grammar
    read: Callable[[str], Value_co]

    def decode(self, text: str) -> Value_co:
        """Give the value of a whole text.

        Args:
            text: what a model wrote while it was held to this shape, from the first character to the last.

        Raises:
            RefusedValueError: the type's own checks refuse the value, or the text was not written to this shape.
        """
        return self.read(text)


def json_shape(schema: JsonSchema) -> Shape[JsonValue]:
    """Make the shape of JSON that a schema describes.

    Raises:
        SettingError: the schema asks for what is not supported.

    >>> from hfkit import JsonSchema
    >>> json_shape(JsonSchema({"type": "number"})).decode("1.50")
    1.5
    """
    return Shape(SchemaGrammar(narrow_schema(schema).schema), lambda text: to_plain(read_json(text)))


def regex_shape(regex: Regex) -> Shape[str]:
    """Make the shape of text that a pattern matches.

    Raises:
        SettingError: the pattern holds what is not supported.
    """
    compiled = re.compile(regex.pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise _refused(text, f"is not matched by {regex.pattern!r}")
        return text

    return Shape(PatternGrammar(whole_match(regex.pattern)), read)


def choice_shape(choice: Choice) -> Shape[str]:
    """Make the shape of one of several texts.

    >>> from hfkit import Choice
    >>> choice_shape(Choice(("yes", "no"))).decode(" yes")
    'yes'
    """
    return Shape(choice_grammar(choice.options), lambda text: chosen(choice.options, text))


def choice_grammar(options: Sequence[str]) -> PatternGrammar:
    """Let one of several texts through, after a blank or none: it stands between a prompt and its answer."""
    return PatternGrammar(f" ?(?:{'|'.join(map(escape, options))})", needs="".join(options))


def chosen(options: Sequence[str], text: str) -> str:
    """Give the option that a text is, with a blank before it or without.

    Raises:
        RefusedValueError: it is none.
    """
    for option in (text, text.removeprefix(" ")):
        if option in options:
            return option
    raise _refused(text, f"is none of {tuple(options)}")


def read_json(text: str) -> object:
    """Read JSON with numbers as they are written: whole ones as int, others as Decimal.

    Raises:
        RefusedValueError: it is no JSON, or nested deeper than Python reads.
    """
    try:
        value: object = json.loads(text, parse_float=_decimal, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise _refused(text, f"is no JSON that Python reads: {error}") from error
    return value


def to_plain(value: object) -> JsonValue:
    """Turn what ``read_json`` gives into what Python's ``json`` gives, with all numbers finite."""
    match value:
        case list():
            return [to_plain(item) for item in value]
        case dict():
            return {key: to_plain(item) for key, item in value.items()}
        case Decimal():
            return finite(value)
        case _:
            return cast("JsonValue", value)


def finite(value: Decimal | int) -> float:
    """Give the nearest finite number in double precision.

    >>> finite(Decimal("-1e999"))
    -1.7976931348623157e+308
    """
    try:
        near = float(value)
    except OverflowError:
        near = math.inf if value > 0 else -math.inf
    return near if math.isfinite(near) else math.copysign(sys.float_info.max, near)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent of 19 digits
        mantissa, exponent = digits.lower().split("e")
        return (
            Decimal(0)
            if exponent.startswith("-")
            else Decimal(sys.float_info.max).copy_sign(Decimal(mantissa))
        )


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < _LONGEST_WHOLE else Decimal(digits)


def _refused(text: str, why: str) -> RefusedValueError:
    return RefusedValueError(f"the text {text[:200]!r} {why}", hint="look at its text")
