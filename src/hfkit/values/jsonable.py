"""From a frozen value to plain dicts and lists that ``json`` takes as they are."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Protocol

__all__ = ["Result", "to_json_value"]


class Result(Protocol):
    """What every result can do: turn into a plain dict."""

    def to_dict(self) -> dict[str, object]:
        """Give the result as a dict of JSON values."""
        ...


def to_json_value(value: object) -> object:
    """Turn dataclasses into dicts and tuples into lists, all the way down.

    >>> from hfkit.values.inputs import Pair
    >>> to_json_value((Pair("a", "b"), 1.5, None))
    [{'first': 'a', 'second': 'b'}, 1.5, None]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json_value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [to_json_value(item) for item in value]
    return value
