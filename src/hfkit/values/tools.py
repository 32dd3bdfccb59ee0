"""Tools that a model may ask to be called, and its asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's asking for a function to be called.

    Attributes:
        name: the function's name.
        arguments: what to call it with, by name.
    """

    name: str
    arguments: Mapping[str, object] = field(hash=False)
