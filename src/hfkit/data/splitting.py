"""From one table to splits: how much goes where, and which classes have too few rows for it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hfkit.errors import SettingError, SplitError

from .dividing import divide

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["split_rows"]

_NAMED = 5


def split_rows(
    rows: int,
    *,
    test: float,
    validation: float,
    classes: Sequence[object] | None,
    column: str | None,
    names: Sequence[str] | None,
    seed: int,
) -> dict[str, list[int]]:
    """Deal out the rows of a table.

    Args:
        rows: how many there are.
        test: a share below 1, or a number of rows.
        validation: the same; 0 for none.
        classes: the class of each row, to give each split its share of each; or None.
        column: where they were found, for what is said of them.
        names: what they are called, if they are numbers.
        seed: the same seed gives the same splits.

    Returns:
        The positions of the rows in ``train``, ``validation`` and ``test``, as far as they were asked for.

    Raises:
        SettingError: a share is out of range, or both leave nothing to train on.
        SplitError: a split would be empty, or a class has one row only.
    """
    held_out = {"validation": _share("validation", validation, rows), "test": _share("test", test, rows)}
    shares = {"train": 1 - sum(held_out.values(), Fraction(0))}
    shares |= {name: share for name, share in held_out.items() if share}
    if shares["train"] <= 0:
        raise SettingError(
            f"test={test!r} and validation={validation!r} leave no row of {rows:,} to train on",
            hint="hold out less, for example test=0.1, validation=0.1",
        )
    groups = [range(rows)] if classes is None else _by_class(classes, column, names)
    dealt = divide(groups, list(shares.values()), seed=seed)
    splits = dict(zip(shares, dealt, strict=True))
    for name, positions in splits.items():
        if not positions:
            raise SplitError(
                f"the split {name!r} would be empty: {float(shares[name]):g} of {rows:,} rows is less than one",
                hint="hold out more, or give a number of rows, such as test=5",
            )
    return splits


def _share(name: str, size: object, rows: int) -> Fraction:
    match size:
        case bool():
            pass
        case int() if 0 <= size <= rows:
            return Fraction(size, max(rows, 1))
        case float() if 0 <= size < 1:
            return Fraction(str(size))  # 0.1 is a tenth here, not the float beside it
        case _:
            pass
    raise SettingError(
        f"{name} is {size!r}, must be a share such as 0.1, or a number of rows from 0 to {rows:,}",
        hint="for example test=0.1 for a tenth",
    )


def _by_class(classes: Sequence[object], column: str | None, names: Sequence[str] | None) -> list[list[int]]:
    groups: dict[object, list[int]] = {}
    for position, name in enumerate(classes):
        try:
            groups.setdefault(name, []).append(position)
        except TypeError as error:
            raise SplitError(
                f"column {column!r} holds {name!r:.60} in row {position}, which is no class",
                hint="stratify by a column of texts or whole numbers",
            ) from error
    alone = [name for name, positions in groups.items() if len(positions) == 1]
    if alone:
        named = ", ".join(f"{_called(name, names)!r} (row {groups[name][0]})" for name in alone[:_NAMED])
        more = f" and {len(alone) - _NAMED} more" if len(alone) > _NAMED else ""
        raise SplitError(
            f"by column {column!r} each class must have at least 2 rows, 1 to train on and 1 to hold out; "
            f"with 1 row there {'is' if len(alone) == 1 else 'are'} {named}{more}",
            hint=f"add rows of it, leave it out with filter(lambda row: row[{column!r}] != {alone[0]!r}), "
            "or split without stratify",
        )
    return sorted(groups.values(), key=lambda positions: positions[0])


def _called(name: object, names: Sequence[str] | None) -> object:
    return names[name] if names and isinstance(name, int) and name >= 0 else name
