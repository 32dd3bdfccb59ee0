"""What 8 or 4 bits change, measured on the built-in probes when they are made, and told with every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.protocols import TokenBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hfkit.text.arrays import FloatArray

    from .forward import OnnxModel

__all__ = ["state_sensitivity"]


def state_sensitivity(
    reference: OnnxModel, candidate: OnnxModel, batches: Sequence[TokenBatch], *, bits: int, axis: int | None
) -> str:
    """Say how far a model is from another, and how far batching moves it.

    A decision is the highest logit of a row: the label, of a reader the first and the last token, of a tagger the label
    of each token.

    Args:
        reference: the model in float32.
        candidate: the same in fewer bits.
        batches: what to run both with.
        bits: how many its matrices have.
        axis: of a row's logits, the one along which the highest decides: labels are the last, tokens the first. None
            where nothing is decided: vectors of tokens.

    Raises:
        BackendError: one of them fails.
    """
    change, batched, decisions, moved, rows = 0.0, 0.0, 0, 0, 0
    for batch in batches:
        expected, found = reference.run(batch), candidate.run(batch)
        for position, length in enumerate(batch.mask.sum(axis=1)):
            one, other = (_own(logits[position], length) for logits in (expected, found))
            row = slice(position, position + 1)
            alone = candidate.run(
                TokenBatch(batch.ids[row, :length], batch.mask[row, :length], batch.types[row, :length])
            )
            rows += 1
            single = _own(alone[0], length)
            change = max(change, float(np.abs(one - other).max()))
            batched = max(batched, float(np.abs(other - single).max()))
            if axis is not None:
                decisions += _differ(one, other, axis)
                moved += _differ(other, single, axis)
    if axis is None:
        return (
            f"weights are {bits} bits: on hfkit's own {rows} probes of random tokens, against float32, numbers of "
            f"tokens' vectors change by up to {change:.2g}; batching changes them by up to {batched:.2g}. "
            "hfkit.Quantize tells for your own texts which others are nearest"
        )
    return (
        f"weights are {bits} bits: on hfkit's own {rows} probes of random tokens, against float32, logits change by up "
        f"to {change:.2g} and {decisions} decisions differ; batching changes {moved}. "
        "hfkit.measure_agreement tells it for your own texts"
    )


def _own(logits: FloatArray, length: int) -> FloatArray:
    """Leave out what stands at padding, where there is a row of logits for each token."""
    return logits[:length] if logits.ndim > 1 else logits


def _differ(one: FloatArray, other: FloatArray, axis: int) -> bool:
    return bool((one.argmax(axis=axis) != other.argmax(axis=axis)).any())
