"""From a frozen value to plain dicts and lists that ``json`` takes as they are."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Protocol, runtime_checkable
from uuid import UUID

__all__ = ["Result", "to_json_value"]


class Result(Protocol):
    """What every result can do: turn into a plain dict."""

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values."""
        ...


@runtime_checkable
class _Model(Protocol):
    """A model of pydantic."""

    def model_dump(self, *, mode: str) -> dict[str, object]: ...


def to_json_value(value: object) -> object:
    """Turn a value into JSON's own types, all the way down: a result, or what a text was read into.

    Dataclasses and models of pydantic become dicts; tuples and sets lists, those of sets in the order of their
    texts; members of an Enum their values; dates and times texts in ISO 8601; a Decimal and a UUID texts.

    >>> from hfkit.values.inputs import Pair
    >>> to_json_value((Pair("a", "b"), 1.5, None))
    [{'first': 'a', 'second': 'b'}, 1.5, None]
    """
    match value:
        case Enum():
            return to_json_value(value.value)
        case None | str() | int() | float() | type():
            return value
        case Mapping():
            return {key: to_json_value(item) for key, item in value.items()}
        case list() | tuple():
            return [to_json_value(item) for item in value]
        case AbstractSet():
            return [to_json_value(item) for item in sorted(value, key=str)]
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case _Model():
            return value.model_dump(mode="json")
        case _ if is_dataclass(value):
            return {field.name: to_json_value(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value
