"""Sequences to try a model with, made of its own token ids."""

from __future__ import annotations

import numpy as np

from hfkit.text.templates import Row

__all__ = ["probe_row"]


def probe_row(length: int, *, vocabulary: int | None, end: object) -> Row:
    """Make a sequence.

    Args:
        length: its tokens.
        vocabulary: how many token ids the model knows; None if that is not said.
        end: the id of the end token if there is one of them; anything else is passed over.
    """
    size = vocabulary or 1
    # From the middle of the vocabulary, where no special tokens are.
    ids = [(size // 3 + step) % size for step in range(length)]
    if isinstance(end, int):
        ids[-1] = end  # BART and T5 pool there
    return Row(np.array(ids, dtype=np.int64), np.zeros(length, dtype=np.int64))
