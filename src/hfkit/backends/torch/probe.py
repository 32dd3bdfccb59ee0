"""Sequences to try a model with, made of its own token ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.text.templates import Row

if TYPE_CHECKING:
    from .forward import TorchModel

__all__ = ["probe_row"]


def probe_row(model: TorchModel, length: int) -> Row:
    """Make a sequence of so many tokens."""
    size = getattr(model.config, "vocab_size", None) or 1
    # From the middle of the vocabulary, where no special tokens are.
    ids = [(size // 3 + step) % size for step in range(length)]
    end = getattr(model.config, "eos_token_id", None)
    if isinstance(end, int):
        ids[-1] = end  # BART and T5 pool there
    return Row(np.array(ids, dtype=np.int64), np.zeros(length, dtype=np.int64))
