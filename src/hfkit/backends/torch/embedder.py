"""Vectors of tokens on torch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hfkit.backends.embedders import EmbedderCard
from hfkit.backends.held_model import HeldModel
from hfkit.backends.padding import withstands_padding
from hfkit.backends.probe import probe_row
from hfkit.backends.protocols import TokenBatch

from .forward import TorchModel
from .shortcuts import take_shortcuts

if TYPE_CHECKING:
    import torch
    from transformers.utils.generic import ModelOutput

    from hfkit.text.arrays import FloatArray
    from hfkit.values.runtime import Runtime

    from .loading import LoadedModel

__all__ = ["TorchEmbedder"]


class TorchEmbedder(HeldModel[TorchModel]):
    """A model without a head."""

    changes_threads_at_once = True

    def __init__(self, loaded: LoadedModel, runtime: Runtime) -> None:
        model = TorchModel(loaded, runtime, _last_states, per_token=True)
        super().__init__(model)
        vocabulary = getattr(model.config, "vocab_size", None)
        probe = probe_row(1, vocabulary=vocabulary, end=None)
        pad_id: int = getattr(model.config, "pad_token_id", None) or 0  # the mask hides what stands there
        self.card: EmbedderCard = EmbedderCard(
            size=self.embed(TokenBatch.from_rows([probe], pad_id=pad_id)).shape[-1],
            max_tokens=model.max_tokens,
            pad_id=pad_id,
            device=model.device,
            dtype=model.dtype,
            versions=model.versions,
            notes=loaded.notes,
        )
        take_shortcuts(model, loaded.model, per_token=True)
        pads = model.packs or withstands_padding(
            self.card, self.embed, vocabulary=vocabulary, end=getattr(model.config, "eos_token_id", None)
        )
        self.card = replace(self.card, pads=pads, packs=model.packs)

    def embed(self, batch: TokenBatch, /) -> FloatArray:
        """Give what the last layer gives, float32, shape ``[rows, tokens, size]``."""
        return self._model.run(batch)


def _last_states(output: ModelOutput) -> torch.Tensor:
    states: torch.Tensor = output["last_hidden_state"]
    return states
