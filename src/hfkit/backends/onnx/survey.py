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

    from hfkit.text.arrays import FloatArray

    from .forward import OnnxModel

__all__ = ["survey"]

_NOTE = "opened as it was exported: nobody has compared {file} with the weights it was made from"


def survey(model: OnnxModel, config: Mapping[str, object], *, file: str, pools: bool) -> ExportCard:
    """Say how long a sequence may be, and whether padding changes the output.

    Args:
        model: the open export.
        config: the ``config.json`` beside it.
        file: the export's name.
        pools: whether there is one row of output for each sequence; else one for each token.
    """
    pad_id = config.get("pad_token_id")
    known = isinstance(pad_id, int)
    card = ModelCard(
        max_tokens=_longest(model, config), pad_id=_whole(pad_id) or 0, device="cpu", dtype="float32"
    )

    def score(batch: TokenBatch) -> FloatArray:
        return np.stack(model.run(batch), axis=-1)

    padded = (known or not pools) and withstands_padding(
        card, score, vocabulary=_whole(config.get("vocab_size")), end=config.get("eos_token_id")
    )
    return ExportCard(
        max_tokens=card.max_tokens,
        pad_id=card.pad_id,
        pads=padded,
        row_by_row=pools and config.get("is_encoder_decoder") is True,
        notes=(_NOTE.format(file=file),),
    )


def _longest(model: OnnxModel, config: Mapping[str, object]) -> int | None:
    """Give the positions that the config names, less those that RoBERTa and its kin leave out if they do not run."""
    named = next(
        (config[key] for key in ("max_position_embeddings", "n_positions") if config.get(key)), None
    )
    most, pad_id = _whole(named), _whole(config.get("pad_token_id"))
    if most is None or most <= 0:
        return None
    row = Row(np.full(most, 1 + (pad_id or 0), dtype=np.int64), np.zeros(most, dtype=np.int64))
    try:
        model.run(TokenBatch.from_rows([row], pad_id=0))
    except BackendError:
        return most - (pad_id or 0) - 1
    return most


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
