"""Whether a model may be given padding, found out with numbers: some families mix all columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .probe import probe_row
from .protocols import TokenBatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.text.arrays import FloatArray

    from .protocols import ModelCard

__all__ = ["withstands_padding"]

# Tokens of the probe for padding, and columns of padding behind it: more than any local convolution.
_PROBE = 9

# How far padding may move a logit, relative to the largest, and still be rounding.
_PACKED = dict.fromkeys(("int8", "int8_dynamic", "float8", "nf4", "fp4"), 5e-2)
_TOLERANCES = {"float32": 1e-4, "bfloat16": 5e-2, "float16": 1e-2, **_PACKED}


def withstands_padding(
    card: ModelCard, score: Callable[[TokenBatch], FloatArray], *, vocabulary: int | None, end: object
) -> bool:
    """Compare a model's output for a few tokens with that for the same tokens padded.

    Args:
        card: what is known of the model.
        score: one forward pass; per token or for the whole row.
        vocabulary: how many token ids it knows; None if that is not said.
        end: the id of the end token if there is one of them.
    """
    if card.max_tokens is not None and card.max_tokens < 2 * _PROBE:
        return True
    row = probe_row(_PROBE, vocabulary=vocabulary, end=end)
    tight, wide = (
        score(TokenBatch.from_rows([row], pad_id=card.pad_id, width=_PROBE + extra)) for extra in (0, _PROBE)
    )
    wide = wide[tuple(map(slice, tight.shape))]  # what stands at padding itself is nobody's
    tolerance = _TOLERANCES.get(card.dtype, 1e-4) * max(1.0, float(np.abs(tight).max()))
    return bool(np.abs(tight - wide).max() <= tolerance)
