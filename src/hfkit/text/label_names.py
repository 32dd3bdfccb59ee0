"""Names of labels, read off what a column holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["LabelValue", "label_name", "label_names"]

LabelValue: TypeAlias = str | int | bool
"""What a column of labels holds: names, or numbers."""


def label_name(value: LabelValue, names: Sequence[str] | None) -> str | None:
    """Give the name of a label; None if there is none of that name or number.

    Args:
        value: a name, or a number. Truth values are the numbers 0 and 1 where there are names, else
            ``"False"`` and ``"True"``.
        names: the labels in the order of their numbers; None if nobody has named them.

    >>> label_name(1, ["no", "yes"]), label_name("yes", ["no", "yes"]), label_name(5, None), label_name(-1, ["no"])
    ('yes', 'yes', '5', None)
    """
    if names is None:
        return str(value)
    if isinstance(value, str):
        return value if value in names else None
    return names[value] if 0 <= value < len(names) else None


def label_names(values: Iterable[LabelValue]) -> tuple[str, ...]:
    """Name the labels of a column that says nothing of them: strings in their order, numbers in theirs.

    >>> label_names(["b", "a", "b"]), label_names([10, 9, 10])
    (('a', 'b'), ('9', '10'))
    """
    distinct = set(values)
    texts = sorted(value for value in distinct if isinstance(value, str))
    numbers = sorted(value for value in distinct if not isinstance(value, str))
    return (*dict.fromkeys((*map(str, numbers), *texts)),)
