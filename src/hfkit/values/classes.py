"""The type of a column that holds one of several classes."""

from __future__ import annotations

from dataclasses import dataclass

from hfkit.errors import SettingError

from .constraints import require_texts

__all__ = ["Classes"]


@dataclass(frozen=True, slots=True)
class Classes:
    """The type of a column that holds one of several classes, ``datasets.ClassLabel`` underneath.

    Rows then hold the class's number, and the column its names. Where the column holds whole numbers, and
    not all names are numbers too, each number is the position of its name.

    Attributes:
        names: the classes in the order of their numbers; None for the values that the column holds: texts in
            alphabetical order, numbers by size.

    >>> Classes(names=("negative", "positive")).names
    ('negative', 'positive')

    Raises:
        SettingError: the names are no tuple of different texts.
    """

    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.names is None:
            return
        require_texts("names", self.names)
        if len(set(self.names)) < len(self.names) or not self.names:
            raise SettingError(
                f"names are {self.names!r}, must be different and at least one", hint="name each class once"
            )
