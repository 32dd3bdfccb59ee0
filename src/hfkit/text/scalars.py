"""The forms of types that are said in one word of JSON."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from .fields import Form, MismatchError
from .formats import naive_or_aware
from .shapes import finite, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SCALARS"]

# So that digits are written out, and not as a power of ten that takes a gigabyte to print.
_LARGEST_DECIMAL = 10**15


def _exactly(kind: type) -> Callable[[object], object]:
    def read(value: object) -> object:
        if type(value) is not kind:  # True is an int
            raise MismatchError
        return value

    return read


def _float(value: object) -> object:
    if type(value) not in (int, Decimal):
        raise MismatchError
    return finite(value)  # type: ignore[arg-type]  # one of the two


def _decimal(value: object) -> object:
    if type(value) not in (int, Decimal):
        raise MismatchError
    return Decimal(value)  # type: ignore[arg-type]  # one of the two


def _from_text(parse: Callable[[str], object]) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, str):
            raise MismatchError
        try:
            return parse(value)
        except ValueError as error:
            raise MismatchError from error

    return read


SCALARS: Final[Mapping[type, Form]] = {
    object: Form({}, to_plain),
    type(None): Form({"type": "null"}, _exactly(type(None))),
    bool: Form({"type": "boolean"}, _exactly(bool)),
    int: Form({"type": "integer"}, _exactly(int)),
    float: Form({"type": "number"}, _float),
    str: Form({"type": "string"}, _exactly(str)),
    Decimal: Form({"type": "number", "minimum": -_LARGEST_DECIMAL, "maximum": _LARGEST_DECIMAL}, _decimal),
    date: Form({"type": "string", "format": "date"}, _from_text(date.fromisoformat)),
    datetime: Form(
        {"type": "string", "pattern": naive_or_aware("date-time")}, _from_text(datetime.fromisoformat)
    ),
    time: Form({"type": "string", "pattern": naive_or_aware("time")}, _from_text(time.fromisoformat)),
    UUID: Form({"type": "string", "format": "uuid"}, _from_text(UUID)),
}
"""The forms of plain types."""
