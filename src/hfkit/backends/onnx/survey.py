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


_MIXES = "in 8 bits, what it gives for a text depends on the texts of the same batch (by up to {change:.2g} on a probe)"

# So many positions are run to see whether all of them work.
_FEW_POSITIONS = 1100
_ROUND = 64

_TOKENS = 9
_TOLERANCE = 1e-4


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
    change = _change_by_neighbour(model, card, vocabulary=_whole(config.get("vocab_size")))
    mixes = (_MIXES.format(change=change),) if change > _TOLERANCE else ()
    return ExportCard(
        max_tokens=card.max_tokens,
        pad_id=card.pad_id,
        pads=pads,
        dtype=card.dtype,
        notes=(_NOTE.format(file=file), *mixes),
    )


def _change_by_neighbour(model: OnnxModel, card: ModelCard, *, vocabulary: int | None) -> float:
    """Say by how much a row's output changes with a second row beside it, of equal length.

    Models of 8 bits often share a scale between all rows of a batch.
    """
    size = min(_TOKENS, card.max_tokens or _TOKENS)
    top = max(2, vocabulary or _TOKENS)
    changes = []
    for first, second in ((top // 3, top - 1), (top // 2, 1)):
        rows = [
            Row(np.resize([start, top // 4, start // 2], size), np.zeros(size, dtype=np.int64))
            for start in (first, second)
        ]
        alone, together = (
            model.run(TokenBatch.from_rows(some, pad_id=card.pad_id))[0] for some in (rows[:1], rows)
        )
        changes.append(float(np.abs(alone - together).max()) / max(1.0, float(np.abs(alone).max())))
    return max(changes)


def _longest(model: OnnxModel, config: Mapping[str, object]) -> int | None:
    """Give the positions that the config names, less those that RoBERTa and its kin leave out.

    Whether they do is tried. A pass over thousands of positions would take gigabytes: there the number
    itself tells, such as 8194 for 8192.
    """
    named = (_whole(config.get(key)) for key in ("max_position_embeddings", "n_positions"))
    most = next((number for number in named if number is not None and number > 0), None)
    if most is None:
        return None
    pad_id = _whole(config.get("pad_token_id")) or 0
    if most > _FEW_POSITIONS:
        left_out = most % _ROUND != 0 and (most - pad_id - 1) % _ROUND == 0
        return most - pad_id - 1 if left_out else most
    row = Row(np.full(most, 1 + pad_id, dtype=np.int64), np.zeros(most, dtype=np.int64))
    try:
        model.run(TokenBatch.from_rows([row], pad_id=pad_id))
    except BackendError:
        return most - pad_id - 1
    return most


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
