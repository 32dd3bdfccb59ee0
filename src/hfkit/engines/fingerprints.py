"""Tell tokenizers apart by what they do to a fixed text."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FIXED_TEXT", "OTHER_TEXT", "fingerprint"]

FIXED_TEXT = "The Quick brown fox, 3.14 naïve ﬁancés: Привет 世界 👩‍👩‍👧 don't_stop\tnow!"
"""Cased and uncased letters, digits, accents, a ligature, three scripts, an emoji of several code points."""

OTHER_TEXT = "A second text?"
"""The second of a pair."""


def fingerprint(one: Sequence[int], two: Sequence[int]) -> str:
    """Hash the ids of the fixed text, alone and with the other: ``sha256:`` and the digits.

    Args:
        one: the ids of the fixed text, special tokens included.
        two: the ids of the pair.
    """
    ids = np.array([*one, -1, *two], dtype="<i8")
    return f"sha256:{hashlib.sha256(ids.tobytes()).hexdigest()}"
