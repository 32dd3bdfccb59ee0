"""Labels as numbers, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hfkit.errors import EmptyInputError, InputError, InputTypeError, UnknownLabelError
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from hfkit.text.arrays import IntArray

__all__ = ["choose_labels", "number_labels", "require_rows"]


def require_rows(predictions: Sequence[object], references: Sequence[object], *, of: str) -> None:
    """Refuse predictions that do not stand beside their references one by one.

    Args:
        predictions: what was said.
        references: what was expected.
        of: what each is to be, for the message: ``"a label"``.

    Raises:
        InputTypeError: the one or the other is no sequence, or a single text.
        InputError: there are more of the one than of the other.
        EmptyInputError: there are none.
    """
    for name, given in (("predictions", predictions), ("references", references)):
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise InputTypeError(
                f"{name} are {given!r}, must be a sequence with {of} for each row",
                hint="put them into a list; of an array give array.tolist()",
            )
    if len(predictions) != len(references):
        raise InputError(
            f"there are {len(predictions)} predictions and {len(references)} references, must be as many of both",
            hint=f"give each row {of} that was said and {of} that was expected",
        )
    if not predictions:
        raise EmptyInputError("there are no predictions, must be at least one", hint="give some rows")


def choose_labels(labels: Sequence[str] | None, *rows: Sequence[str]) -> tuple[str, ...]:
    """Give all labels there are: those that were named, or else those that occur, sorted.

    Raises:
        InputTypeError: one is no text.
        InputError: one is named twice.

    >>> choose_labels(None, ["b", "a"], ["c", "a"])
    ('a', 'b', 'c')
    """
    found = labels if labels is not None else list({label for row in rows for label in row})
    for label in found:
        if not isinstance(label, str):
            raise InputTypeError(
                f"a label is {label!r}, must be a text", hint="give labels by name, not by number"
            )
    if labels is None:
        return tuple(sorted(found))
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if list(labels).count(label) > 1)
        raise InputError(f"labels name {twice!r} twice, must name each once", hint="leave one out")
    return tuple(labels)


def number_labels(names: Sequence[str], labels: Sequence[str], *, of: str) -> IntArray:
    """Give the position of each name among the labels.

    Args:
        names: shape ``[rows]``.
        labels: all labels there are, each once.
        of: what the names are, for the message: ``"references"``.

    Raises:
        UnknownLabelError: a name is none of the labels.

    >>> number_labels(["no", "yes", "no"], ("no", "yes"), of="references").tolist()
    [0, 1, 0]
    """
    places = {label: place for place, label in enumerate(labels)}
    try:
        return np.array([places[name] for name in names], dtype=np.int64)
    except (KeyError, TypeError):
        row = next(row for row, name in enumerate(names) if name not in labels)
        raise UnknownLabelError(
            f"{of}[{row}] is {names[row]!r}, must be one of {list(labels)}",
            hint=did_you_mean(str(names[row]), labels) or "name all labels that occur",
        ) from None
