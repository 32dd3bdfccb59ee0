"""One forward pass of a model that reads: arrays in, arrays out."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from .flat import lay_back, lay_flat, positions
from .open_model import OpenModel
from .packing import packed
from .sending import send

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from transformers import PreTrainedModel
    from transformers.utils.generic import ModelOutput

    from hfkit.backends.protocols import TokenBatch
    from hfkit.text.arrays import FloatArray, IntArray
    from hfkit.values.runtime import Runtime

    from .loading import LoadedModel

__all__ = ["TorchModel"]


class TorchModel(OpenModel):
    """An open model that reads whole sequences.

    Attributes:
        packs: whether it is given the sequences of a batch end to end, instead of padded.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        runtime: Runtime,
        read: Callable[[ModelOutput], torch.Tensor],
        *,
        per_token: bool,
    ) -> None:
        """Take over an open model.

        Args:
            loaded: the model.
            runtime: how it is to run.
            read: takes the wanted tensor from the model's output.
            per_token: the second axis of that tensor is tokens.
        """
        super().__init__(loaded, runtime)
        self._read = read
        self._per_token = per_token
        self._wants_types = (
            loaded.reads_types and "token_type_ids" in inspect.signature(self.module.forward).parameters
        )
        self.packs: bool = False

    def run(self, batch: TokenBatch) -> FloatArray:
        """Run one forward pass; give what is read from its output in float32, in memory of its own."""
        model = self.module
        with self.computing(batch.ids):
            return self._run_packed(model, batch) if self.packs else self._run_padded(model, batch)

    def _run_padded(self, model: PreTrainedModel, batch: TokenBatch) -> FloatArray:
        arguments = {"input_ids": batch.ids, "attention_mask": batch.mask}
        if self._wants_types:
            arguments["token_type_ids"] = batch.types
        return self._forward(model, arguments)

    def _run_packed(self, model: PreTrainedModel, batch: TokenBatch) -> FloatArray:
        places = positions(batch, padding=self.position_padding)
        arguments = {"input_ids": lay_flat(batch.ids, batch), "position_ids": lay_flat(places, batch)}
        if self._wants_types:
            arguments["token_type_ids"] = lay_flat(batch.types, batch)
        with packed(batch.mask.sum(axis=1).tolist()):
            numbers = self._forward(model, arguments)
        return lay_back(numbers, batch) if self._per_token else numbers

    def _forward(self, model: PreTrainedModel, arguments: Mapping[str, IntArray]) -> FloatArray:
        tensors = {name: send(torch.from_numpy(array), self.enters) for name, array in arguments.items()}
        wanted = self._read(cast("ModelOutput", model(**tensors)))
        return np.array(wanted.float().cpu().numpy())  # a copy: no memory of torch crosses the line
