"""Token classification on torch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hfkit.backends.held_model import HeldModel
from hfkit.backends.padding import withstands_padding
from hfkit.backends.protocols import ScorerCard

from .forward import TorchModel
from .shortcuts import take_shortcuts

if TYPE_CHECKING:
    import torch
    from transformers.utils.generic import ModelOutput

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray
    from hfkit.text.labels import LabelScheme
    from hfkit.values.runtime import Runtime

    from .loading import LoadedModel

__all__ = ["TorchTagger"]


class TorchTagger(HeldModel[TorchModel]):
    """A model with a head for the label of each token."""

    changes_threads_at_once = True

    def __init__(self, loaded: LoadedModel, labels: LabelScheme, runtime: Runtime) -> None:
        model = TorchModel(loaded, runtime, _logits, per_token=True)
        super().__init__(model)
        pad_id: int = getattr(model.config, "pad_token_id", None) or 0  # the mask hides what stands there
        self.card: ScorerCard = ScorerCard(
            labels=labels,
            max_tokens=model.max_tokens,
            pad_id=pad_id,
            device=model.device,
            dtype=model.dtype,
            versions=model.versions,
            notes=loaded.notes,
        )
        take_shortcuts(model, loaded.model, per_token=True)
        pads = model.packs or withstands_padding(
            self.card,
            self.tag,
            vocabulary=getattr(model.config, "vocab_size", None),
            end=getattr(model.config, "eos_token_id", None),
        )
        self.card = replace(self.card, pads=pads, packs=model.packs)

    def tag(self, batch: TokenBatch, /) -> FloatArray:
        """Give float32 logits of each token's label, shape ``[rows, tokens, labels]``."""
        return self._model.run(batch)


def _logits(output: ModelOutput) -> torch.Tensor:
    logits: torch.Tensor = output["logits"]
    return logits
