"""Sequences laid end to end in one row, without padding: each attends to its own tokens only.

transformers lets an attention of one's own be registered under a name. A model whose configuration
names it runs unchanged: its linear layers see one long row, and only here are the sequences told apart.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["PACKED_ATTENTION", "first_tokens", "packed"]

PACKED_ATTENTION = "hfkit_packed"
"""What a configuration calls this attention."""


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Neighbors of one length, which attend in one call.

    Attributes:
        start: where the first of them begins.
        count: how many they are.
        length: tokens of each.
    """

    start: int
    count: int
    length: int

    def cut(self, part: torch.Tensor) -> torch.Tensor:
        """Cut them out, ``[1, heads, tokens, size]`` to ``[count, heads, length, size]``."""
        _, heads, _, size = part.shape
        own = part[0, :, self.start : self.start + self.count * self.length]
        return own.reshape(heads, self.count, self.length, size).transpose(0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Packing:
    """How the sequences of one forward pass lie.

    Attributes:
        tokens: how many there are in all.
        starts: where each sequence begins.
        runs: the sequences, neighbors of one length together.
    """

    tokens: int
    starts: tuple[int, ...]
    runs: tuple[_Run, ...]

    @staticmethod
    def of(lengths: Sequence[int]) -> _Packing:
        *starts, tokens = accumulate(lengths, initial=0)
        runs, start = [], 0
        for length, alike in groupby(lengths):
            runs.append(_Run(start, len(list(alike)), length))
            start += runs[-1].count * length
        return _Packing(tokens, tuple(starts), tuple(runs))


# Of the forward pass that this thread is in: models do not hand all that they are given on to every layer.
_packing: ContextVar[_Packing] = ContextVar("packing")


@contextmanager
def packed(lengths: Sequence[int]) -> Iterator[None]:
    """Say how the sequences lie in the one row that a model is given meanwhile.

    Args:
        lengths: tokens of each sequence, in the order of the row.
    """
    token = _packing.set(_Packing.of(lengths))
    try:
        yield
    finally:
        _packing.reset(token)


def first_tokens(hidden: torch.Tensor) -> torch.Tensor:
    """Take the first token of each sequence, ``[1, tokens, size]`` to ``[sequences, 1, size]``.

    A head that pools the first token of a row then finds one in each.
    """
    return hidden[0, list(_packing.get().starts)].unsqueeze(1)


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """Attend within each sequence: ``[1, heads, tokens, size]`` to ``[1, tokens, heads, size]``.

    Raises:
        ValueError: the model wants another kind of attention.
    """
    packing = _packing.get()
    if (
        attention_mask is not None
        or getattr(module, "is_causal", True)
        or any(part.shape[0] != 1 or part.shape[2] != packing.tokens for part in (query, key, value))
    ):
        raise ValueError(f"{type(module).__name__} does not let every token of a row attend to every other")
    outputs = []
    for run in packing.runs:
        output = scaled_dot_product_attention(
            run.cut(query),
            run.cut(key),
            run.cut(value),
            attn_mask=_band(run.length, sliding_window),
            scale=scaling,
        )
        outputs.append(output.transpose(1, 2).flatten(0, 1))
    return torch.cat(outputs).unsqueeze(0), None


def _band(length: int, window: int | None) -> torch.Tensor | None:
    """Say which tokens see each other: those less than a window apart; None for all."""
    if window is None or length <= window:
        return None
    places = torch.arange(length)
    return (places[:, None] - places).abs() < window


def _no_mask(**_: object) -> None:
    """Make no mask: a packed row has no padding, and what belongs together is known here."""


AttentionInterface.register(PACKED_ATTENTION, _attend)
AttentionMaskInterface.register(PACKED_ATTENTION, _no_mask)
