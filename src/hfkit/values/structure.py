"""What a model is to write where no type of Python says it: a JSON schema, a pattern, a choice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from hfkit.errors import SettingError

from .constraints import require_kind

__all__ = ["Choice", "JsonSchema", "JsonValue", "Regex"]

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
"""What JSON can say, as Python reads it."""


@dataclass(frozen=True, slots=True, init=False)
class JsonSchema:
    """JSON that a schema describes; the value is what Python reads in it, a ``JsonValue``.

    Properties are written in the order of the schema. An object is closed only where the schema says so
    (``"additionalProperties": false``), and small models do better with closed ones.

    Args:
        schema: a JSON schema of draft 2020-12, 2019-09, 7 or 6, as a mapping or as JSON. References point inside it.

    Attributes:
        schema: the same as JSON.

    Raises:
        SettingError: it is no JSON object.

    Source: https://json-schema.org/draft/2020-12

    >>> JsonSchema({"type": "integer", "minimum": 0})
    JsonSchema(schema='{"type": "integer", "minimum": 0}')
    """

    schema: str

    def __init__(self, schema: Mapping[str, object] | str) -> None:
        require_kind("schema", schema, (Mapping, str))
        try:
            given = json.loads(schema) if isinstance(schema, str) else _plain(schema)
            text = json.dumps(given, ensure_ascii=False, allow_nan=False)
            text.encode("utf-8")
        except (TypeError, ValueError, RecursionError) as error:
            raise SettingError(
                f"schema is no JSON: {error}", hint="give a mapping of JSON values, or JSON"
            ) from error
        if not isinstance(given, dict):
            raise SettingError(
                f"schema is {text}, must be a JSON object", hint='"{}" is the schema of everything'
            )
        object.__setattr__(self, "schema", text)


@dataclass(frozen=True, slots=True)
class Regex:
    """Text that a pattern matches from its first to its last character; the value is that text.

    Attributes:
        pattern: a regular expression of Python's ``re``, without looking around, back references and flags.

    Raises:
        SettingError: it is no regular expression.

    >>> Regex("[A-Z]{2}[0-9]{4}")
    Regex(pattern='[A-Z]{2}[0-9]{4}')
    """

    pattern: str

    def __post_init__(self) -> None:
        require_kind("pattern", self.pattern, (str,))
        try:
            re.compile(self.pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise SettingError(
                f"pattern {self.pattern!r} is no regular expression: {error}", hint="see Python's re"
            ) from error


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several texts; the value is that text.

    A ``Literal`` or an ``Enum`` says the same to type checkers too.

    Attributes:
        options: the texts, all different.

    Raises:
        SettingError: there is none, or one is empty, no text, or there twice.

    >>> Choice(("positive", "negative"))
    Choice(options=('positive', 'negative'))
    """

    options: tuple[str, ...]

    def __post_init__(self) -> None:
        options = cast("object", self.options)
        if isinstance(options, str) or not isinstance(options, Sequence):
            raise SettingError(
                f"options is {options!r}, must be a tuple of texts", hint='Choice(("yes", "no"))'
            )
        for option in options:
            if not isinstance(option, str) or not option:
                raise SettingError(
                    f"options holds {option!r}, must hold texts that are not empty", hint="leave it out"
                )
        if not options:
            raise SettingError("options is empty, must hold a text", hint='Choice(("yes", "no"))')
        if len(set(options)) < len(options):
            raise SettingError(f"options holds a text twice: {tuple(options)}", hint="leave one out")
        object.__setattr__(self, "options", tuple(options))


def _plain(value: object) -> object:
    """Turn mappings and sequences into dicts and lists: a caller's may be of any kind, and change later."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("its keys must be texts")
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
