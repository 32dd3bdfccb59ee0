"""Whether a model may be given padding, found out with numbers: some families mix all columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import TokenBatch

from .probe import probe_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from hfkit.text.arrays import FloatArray

    from .forward import TorchModel

__all__ = ["withstands_padding"]

# Tokens of the probe for padding, and columns of padding behind it: more than any local convolution.
_PROBE = 9

# How far padding may move a logit, relative to the largest, and still be rounding.
_TOLERANCES = {"float32": 1e-4, "bfloat16": 5e-2, "float16": 1e-2}


def withstands_padding(model: TorchModel, score: Callable[[TokenBatch], FloatArray], *, pad_id: int) -> bool:
    """Compare a model's output for a few tokens with that for the same tokens padded.

    Args:
        model: the model.
        score: one forward pass; per token or for the whole row.
        pad_id: the token id to pad with.
    """
    if model.max_tokens is not None and model.max_tokens < 2 * _PROBE:
        return True
    row = probe_row(model, _PROBE)
    tight, wide = (
        score(TokenBatch.from_rows([row], pad_id=pad_id, width=_PROBE + extra)) for extra in (0, _PROBE)
    )
    wide = wide[tuple(map(slice, tight.shape))]  # what stands at padding itself is nobody's
    tolerance = _TOLERANCES.get(model.dtype, 1e-4) * max(1.0, float(np.abs(tight).max()))
    return bool(np.abs(tight - wide).max() <= tolerance)
