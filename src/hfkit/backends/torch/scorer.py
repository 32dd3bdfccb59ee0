"""Sequence classification on torch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from hfkit.backends.held_model import HeldModel
from hfkit.backends.padding import withstands_padding
from hfkit.backends.protocols import ScorerCard, TokenBatch
from hfkit.text.labels import LabelScheme
from hfkit.text.templates import Row

from .forward import TorchModel
from .shortcuts import take_shortcuts

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig
    from transformers.utils.generic import ModelOutput

    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime

    from .loading import LoadedModel

__all__ = ["TorchScorer", "settle_padding"]


def settle_padding(config: PretrainedConfig) -> int | None:
    """Give the padding id; where there is none, name one that no token has.

    A decoder pools the last token that is no padding, and refuses a batch without a padding id. With such
    an id it pools the last token, as it does for a single sequence.
    """
    pad_id: int | None = getattr(config, "pad_token_id", None)
    if pad_id is None:
        config.pad_token_id = -1
    return pad_id


class TorchScorer(HeldModel[TorchModel]):
    """A sequence classification model on torch."""

    changes_threads_at_once = True

    def __init__(self, loaded: LoadedModel, runtime: Runtime) -> None:
        model = TorchModel(loaded, runtime, _logits, per_token=False)
        super().__init__(model)
        pad_id = settle_padding(model.config)
        known = pad_id is not None
        self.card: ScorerCard = ScorerCard(
            labels=LabelScheme.from_config(model.config.to_dict()),
            max_tokens=model.max_tokens,
            pad_id=pad_id or 0,
            device=model.device,
            dtype=model.dtype,
            versions=model.versions,
            notes=loaded.notes,
        )
        take_shortcuts(model, loaded.model, per_token=False)
        pads = model.packs or (
            known
            and withstands_padding(
                self.card,
                self.score,
                vocabulary=getattr(model.config, "vocab_size", None),
                end=getattr(model.config, "eos_token_id", None),
            )
        )
        self.card = replace(self.card, pads=pads, packs=model.packs)

    def score(self, batch: TokenBatch, /) -> FloatArray:
        """Give a row of float32 logits for each sequence."""
        try:
            return self._model.run(batch)
        except ValueError as error:
            if len(batch.ids) > 1 and "<eos>" in str(error):
                return self._score_rows(batch)
            raise

    def _score_rows(self, batch: TokenBatch) -> FloatArray:
        """Score one row at a time: BART and T5 pool at the end token and want equally many in each row."""
        rows = [
            Row(ids[mask == 1], types[mask == 1])
            for ids, mask, types in zip(batch.ids, batch.mask, batch.types, strict=True)
        ]
        return np.concatenate(
            [self.score(TokenBatch.from_rows([row], pad_id=self.card.pad_id)) for row in rows]
        )


def _logits(output: ModelOutput) -> torch.Tensor:
    return cast("torch.Tensor", output["logits"])
