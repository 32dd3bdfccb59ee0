"""Where a model can be cut down to the first token of each sequence: a head that pools it needs no more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

from .packing import first_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch.utils.hooks import RemovableHandle
    from transformers import PreTrainedModel

__all__ = ["pooling_places"]


def pooling_places(model: PreTrainedModel) -> list[Callable[[], RemovableHandle]]:
    """Give the places to cut, the cheapest first; calling one cuts there until its handle is removed.

    Each is a guess: whether the model's answers stay the same is for the caller to find out.
    """
    last = _last_layer(model)
    if last is None:
        return []
    # Behind the last layer's attention most models normalize; the larger half of the layer comes after that.
    norms = [module for module in last.modules() if isinstance(module, torch.nn.LayerNorm)]
    inside = [partial(norm.register_forward_pre_hook, _pool_input) for norm in norms[:1]]
    return [*inside, partial(last.register_forward_hook, _pool_output)]


def _last_layer(model: PreTrainedModel) -> torch.nn.Module | None:
    """Find the last of a stack of layers, if there is one stack of as many as the configuration says."""
    count = getattr(model.config, "num_hidden_layers", None)
    stacks = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    fitting = [stack for stack in stacks if len(stack) == count]
    return fitting[0][-1] if len(fitting) == 1 else None


def _pool_input(_: torch.nn.Module, arguments: tuple[torch.Tensor]) -> torch.Tensor:
    return first_tokens(arguments[0])


def _pool_output(_: torch.nn.Module, __: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
    return first_tokens(output)
