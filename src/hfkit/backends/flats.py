"""Cut the ids of many texts, and put special ids around them, all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .encoding import Flat

__all__ = ["shorten", "surround"]


def shorten(flat: Flat, most: int, *, left: bool) -> Flat:
    """Drop what is too much of each window, where all have one type id.

    Args:
        flat: the ids.
        most: how many tokens a window may have.
        left: whether the first tokens give way.
    """
    over = flat.lengths > most
    if not over.any():
        return flat
    starts = flat.lengths.cumsum() - flat.lengths
    starts[over] += flat.lengths[over] - most if left else 0
    kept = np.minimum(flat.lengths, most)
    places = np.repeat(starts - (kept.cumsum() - kept), kept) + np.arange(kept.sum())
    return replace(flat, ids=flat.ids[places], lengths=kept, cut=tuple(np.flatnonzero(over).tolist()))


def surround(flat: Flat, before: Sequence[int], after: Sequence[int]) -> Flat:
    """Put special ids around each window, where all have one type id."""
    if not before and not after:
        return flat
    lengths = flat.lengths + len(before) + len(after)
    ends = lengths.cumsum()
    ids = np.empty(int(lengths.sum()), dtype=np.int32)
    own = np.ones(len(ids), dtype=np.bool_)
    for places, specials in ((ends - lengths, before), (ends - len(after), after)):
        for offset, special in enumerate(specials):
            ids[places + offset] = special
            own[places + offset] = False
    ids[own] = flat.ids
    return replace(flat, ids=ids, lengths=lengths)
