"""Find out with numbers what an export that somebody else made does not say of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hfkit.backends.padding import withstands_padding
from hfkit.backends.protocols import ModelCard, TokenBatch
from hfkit.errors import BackendError
from hfkit.text.templates import Row

from .export_folder import ExportCard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .forward import OnnxModel

__all__ = ["survey"]

_NOTE = "{file} runs as somebody else exported it: nobody has compared it with the weights it was made from"


def survey(model: OnnxModel, config: Mapping[str, object], *, file: str, pools: bool) -> ExportCard:
    """Say how long a sequence may be, and whether padding changes the output.

    Args:
        model: the open export.
        config: the ``config.json`` beside it.
        file: the export's name.
        pools: whether there is one row of output for each sequence; else one for each token.
    """
    pad_id = _whole(config.get("pad_token_id"))
    card = ModelCard(
        max_tokens=_longest(model, config), pad_id=pad_id or 0, device="cpu", dtype="as exported"
    )
    pads = (pad_id is not None or not pools) and withstands_padding(
        card, model.run, vocabulary=_whole(config.get("vocab_size")), end=config.get("eos_token_id")
    )
    return ExportCard(
        max_tokens=card.max_tokens,
        pad_id=card.pad_id,
        pads=pads,
        dtype=card.dtype,
        notes=(_NOTE.format(file=file),),
    )


def _longest(model: OnnxModel, config: Mapping[str, object]) -> int | None:
    """Give the positions that the config names, less those that RoBERTa and its kin leave out if they do not run."""
    named = (_whole(config.get(key)) for key in ("max_position_embeddings", "n_positions"))
    most = next((number for number in named if number is not None and number > 0), None)
    if most is None:
        return None
    pad_id = _whole(config.get("pad_token_id")) or 0
    row = Row(np.full(most, 1 + pad_id, dtype=np.int64), np.zeros(most, dtype=np.int64))
    try:
        model.run(TokenBatch.from_rows([row], pad_id=pad_id))
    except BackendError:
        return most - pad_id - 1
    return most


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
