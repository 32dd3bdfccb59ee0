"""Tools that a model may ask to be called, and its asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from .constraints import require_kind, require_text

__all__ = ["Tool", "ToolCall"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may ask to be called.

    Attributes:
        name: the function's name.
        description: what it does, in words for the model.
        parameters: a JSON schema of its arguments, an object.

    Raises:
        SettingError: the name is empty, or something is of another type.
    """

    name: str
    description: str
    parameters: Mapping[str, object] = field(
        default_factory=lambda: {"type": "object", "properties": {}}, hash=False
    )

    def __post_init__(self) -> None:
        require_text("name", self.name)
        require_kind("description", self.description, (str,))
        require_kind("parameters", self.parameters, (Mapping,))

    @classmethod
    def from_function(cls, function: Callable[..., object], /) -> Self:
        """Describe a Python function: its name, type hints and docstring.

        Args:
            function: each argument has a type hint, of what JSON has: str, int, float, bool, None, an Enum or a Literal
                of them, and lists, dicts, tuples and unions of these. The docstring is in Google's style.

        Raises:
            SettingError: it has no docstring, or an argument that cannot be described.

        >>> def weather(city: str, days: int = 1) -> str:
        ...     \"\"\"Look up the weather.
        ...
        ...     Args:
        ...         city: where.
        ...         days: how many days ahead.
        ...     \"\"\"
        ...     return "sunny"
        >>> Tool.from_function(weather).parameters["required"]
        ['city']
        """
        from .signatures import describe_function  # inspect and typing take time to import

        return cls(*describe_function(function))


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's asking for a function to be called.

    Attributes:
        name: the function's name.
        arguments: what to call it with, by name.
    """

    name: str
    arguments: Mapping[str, object] = field(hash=False)
