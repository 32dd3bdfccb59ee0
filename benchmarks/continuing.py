"""What is to be written, and ways to write it: a function from prompts to the ids of new tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Task", "Write", "Written"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Prompts to go on from, with the likeliest token each time.

    Attributes:
        prompts: the prompts.
        most: the most new tokens of each.
        least: no text ends before so many.
    """

    prompts: tuple[str, ...]
    most: int
    least: int = 0


Written: TypeAlias = list[tuple[int, ...]]
"""The ids of the new tokens of each prompt, the end included."""

Write: TypeAlias = "Callable[[Task], Written]"
"""Does a task with a model that is open."""
