"""A hint for a misspelled name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Name the closest known spelling, or give an empty string.

    >>> did_you_mean("postive", ["negative", "positive"])
    "did you mean 'positive'?"
    """
    from difflib import get_close_matches  # only where something went wrong already

    close = get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
