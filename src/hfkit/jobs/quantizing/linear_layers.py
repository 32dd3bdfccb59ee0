"""Which layers of a model are packed, and which stay: told by a model that is made without numbers."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import transformers
from torch import nn
from transformers.pytorch_utils import Conv1D

from hfkit.backends.torch.opening_lock import opening_lock
from hfkit.backends.torch.quiet import quiet_transformers
from hfkit.backends.torch.trust import check_code
from hfkit.backends.torch.weights import read_config
from hfkit.jobs.tuning.targets import new_head
from hfkit.values.schemes import Torchao

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PretrainedConfig, PreTrainedModel

    from hfkit.backends.torch.tasks import Task
    from hfkit.hub.folder import ModelFolder
    from hfkit.values.runtime import Runtime
    from hfkit.values.schemes import BitsAndBytes

__all__ = ["LinearLayers", "find_linear_layers"]


@dataclass(frozen=True, slots=True, eq=False)
class LinearLayers:
    """The linear layers of a model, by their names in it.

    Attributes:
        packed: those that a scheme packs.
        kept: those that stay, each with the reason.
        prefix: what the body of the model is called, with a dot; files may leave it out.
    """

    packed: frozenset[str]
    kept: Mapping[str, str]
    prefix: str

    def fate(self, weight: str) -> tuple[bool, str | None]:
        """Say whether a weight of a file is packed, and if it is of a linear layer that stays, why."""
        name = weight.removesuffix(".weight")
        if name == weight:
            return False, None
        names = (name, self.prefix + name, name.removeprefix(self.prefix))
        reasons = [self.kept[one] for one in names if one in self.kept]
        return not self.packed.isdisjoint(names), reasons[0] if reasons else None


def find_linear_layers(
    folder: ModelFolder, task: Task, scheme: Torchao | BitsAndBytes, runtime: Runtime
) -> LinearLayers:
    """Find the linear layers that a scheme packs.

    The head and the output embeddings stay: they are what a decision is read from, and often tied to the embeddings.

    Args:
        folder: the model; nothing but its configuration is read.
        task: which head it has.
        scheme: what is to pack them.
        runtime: whose code is trusted.

    Raises:
        ModelError: transformers refuses the configuration.
    """
    owner = folder if folder.config or folder.base is None else folder.base
    config = read_config(owner, runtime)
    with opening_lock, quiet_transformers():
        model = _without_numbers(config, task, trusted=check_code(owner, runtime))
    output = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    head = tuple(f"{name}." for name in new_head(model))
    floats = re.compile("|".join(getattr(model, "_keep_in_fp32_modules", None) or ["(?!)"]))
    packed, kept = set(), {}
    for name, layer in model.named_modules():
        if not isinstance(layer, nn.Linear | Conv1D):
            continue
        if layer is output or f"{name}.".startswith(head):
            kept[name] = "it gives the logits"
        elif floats.search(name):
            kept[name] = "its family computes it in float32"
        elif isinstance(layer, Conv1D) and isinstance(scheme, Torchao):
            kept[name] = "torchao packs no Conv1D, the layers of GPT-2"
        else:
            packed.add(name)
    return LinearLayers(frozenset(packed), kept, f"{model.base_model_prefix}.")


def _without_numbers(config: PretrainedConfig, task: Task, *, trusted: bool) -> PreTrainedModel:
    kind = getattr(transformers, task.model_class)
    with torch.device("meta"):
        model: PreTrainedModel = kind.from_config(deepcopy(config), trust_remote_code=trusted)
    return model
