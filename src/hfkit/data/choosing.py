"""One split of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hfkit.errors import SplitError, UnknownSplitError
from hfkit.values.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["one_of"]

Part = TypeVar("Part")


def one_of(splits: Mapping[str, Part], split: str | None, source: str) -> Part:
    """Take the split that was named, or the only one.

    Raises:
        SplitError: there are several, and none was named.
        UnknownSplitError: there is none of that name.
    """
    names = ", ".join(repr(str(name)) for name in splits)
    if split is None and len(splits) == 1:
        return next(iter(splits.values()))
    if split is None:
        raise SplitError(
            f"{source!r} holds the splits {names}, and none was named",
            hint=f"name one, such as split={str(next(iter(splits)))!r}, or load all: Splits.load",
        )
    if split not in splits:
        raise UnknownSplitError(
            f"{source!r} has no split {split!r}; there {'is' if len(splits) == 1 else 'are'} {names}",
            hint=did_you_mean(split, splits) or "name one of them",
        )
    return splits[split]
