"""Tools from functions, against the schemas that transformers gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError
from enum import Enum
from typing import Any, Literal, Optional, Union

import pytest
from transformers.utils.chat_template_utils import get_json_schema

from hfkit.errors import SettingError
from hfkit.values.tools import Tool, ToolCall


class Unit(Enum):
    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


class Mixed(Enum):
    ONE = 1
    TWO = "two"


class Empty(Enum):
    pass


def weather(city: str, days: int = 1, unit: Unit = Unit.CELSIUS) -> str:
    """Look up the weather.

    It may be wrong, and says so.

    Args:
        city: where, in English,
            with the country behind it: as on an envelope
        days (int, optional): how many days ahead

        unit: of the temperature

    Returns:
        A sentence.

    Raises:
        OSError: no network.
    """
    return f"{city} {days} {unit}"


def odd(  # noqa: PLR0917
    numbers: list[float],
    pair: tuple[int, str],
    table: dict[str, list[int]],
    choice: Literal["a", "b", 3],
    maybe: Optional[int],  # noqa: UP045  # the older spelling
    either: Union[int, str],  # noqa: UP007
    plain: int | str | None,
    deep: list[int] | dict[str, bool] | None = None,
    anything: dict = {},  # type: ignore[type-arg]  # noqa: B006
    several: list = [],  # type: ignore[type-arg]  # noqa: B006
    mixed: Mixed = Mixed.ONE,
    flag: bool = False,  # noqa: FBT001, FBT002
) -> None:
    """Do it.

    Args:
        numbers: n
        pair: p
        table: t
        choice: c
        maybe: m
        either: e
        plain: pl
        deep: d
        anything: a
        several: s
        mixed: mi
        flag: f
    """


def alone() -> None:
    """Do nothing."""


class Clock:
    def now(self, zone: str) -> str:
        """Tell the time.

        Args:
            zone: where
        """
        return zone


@pytest.mark.parametrize("function", [weather, odd, alone, Clock().now])
def test_a_function_is_described_as_transformers_describes_it(function: Callable[..., object]) -> None:
    tool = Tool.from_function(function)
    expected = get_json_schema(function)["function"]
    expected.pop("return", None)
    assert {"name": tool.name, "description": tool.description, "parameters": tool.parameters} == expected


def test_abstract_types_are_what_json_has() -> None:
    def read(lines: Sequence[str], sizes: Mapping[str, int]) -> None:
        """Read."""

    assert Tool.from_function(read).parameters == {
        "type": "object",
        "properties": {
            "lines": {"type": "array", "items": {"type": "string"}},
            "sizes": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
        "required": ["lines", "sizes"],
    }


def silent(city: str) -> None: ...


def untyped(city, days: int = 1) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Look."""


def many(*cities: str) -> None:
    """Look."""


def positional(city: str, /) -> None:
    """Look."""


def strange(city: complex) -> None:
    """Look."""


def inner(cities: list[bytes]) -> None:
    """Look."""


def keyed(table: dict[int, str]) -> None:
    """Look."""


def endless(numbers: tuple[int, ...]) -> None:
    """Look."""


def nothing(unit: Empty) -> None:
    """Look."""


def unknown(city: Town) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Look."""


REFUSALS: list[tuple[Any, str]] = [
    (silent, r"^silent has no docstring to tell a model what it does\n"),
    (untyped, r"^argument city of untyped has no type hint\n"),
    (many, r"^argument \*cities: 'str' of many cannot be given by name\n"),
    (positional, r"^argument city: 'str' of positional cannot be given by name\n"),
    (strange, r"^argument city of strange wants complex, which JSON does not have\n"),
    (inner, r"^argument cities of inner wants bytes, which JSON does not have\n"),
    (keyed, r"^argument table of keyed wants dict\[int, str\], which JSON does not have\n"),
    (endless, r"^argument numbers of endless wants tuple\[int, \.\.\.\], which JSON does not have\n"),
    (nothing, r"^argument unit of nothing wants <enum 'Empty'>, which JSON does not have\n"),
    (unknown, r"^a type hint of unknown is not known: name 'Town' is not defined\n"),
    (lambda city: city, r"has no name that a model could call\n"),
]


@pytest.mark.parametrize(("function", "message"), REFUSALS)
def test_what_cannot_be_described_is_refused_by_name(function: Callable[..., object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Tool.from_function(function)


def test_tools_and_calls_are_frozen_and_checked() -> None:
    tool = Tool("now", "Tell the time.")
    assert tool.parameters == {"type": "object", "properties": {}}
    assert tool == Tool("now", "Tell the time.")
    assert len({tool, Tool("now", "Tell the time."), ToolCall("now", {"zone": ["UTC"]})}) == 2
    name = "name"
    with pytest.raises(FrozenInstanceError):
        setattr(tool, name, "then")
    with pytest.raises(SettingError, match=r"^name is empty"):
        Tool("", "Tell the time.")
