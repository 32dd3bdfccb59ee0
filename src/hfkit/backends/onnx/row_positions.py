"""Let decoders that ask their memory how long it is take another answer for each row.

transformers' encoder-decoders write all rows at the same place. What they are told here is a column, one place for
each row; most of their code takes that for a number. Where it does not, it is helped.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, cast

import torch

from ._remembering import columns_remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from transformers import PreTrainedModel

__all__ = ["positions_by_row"]

# Rows, tokens and numbers behind an axis of length 1.
_TOO_MANY_AXES = 4


@contextmanager
def positions_by_row(model: PreTrainedModel) -> Iterator[None]:
    """Help the position code of a model's decoder while it is traced."""
    decoder = cast("torch.nn.Module", model.get_decoder())  # type: ignore[no-untyped-call]
    with ExitStack() as helped:
        for name, module in decoder.named_modules():
            if hasattr(module, "compute_bias") and getattr(module, "has_relative_attention_bias", False):
                helped.enter_context(_instead(module, "compute_bias", _biases(module.compute_bias)))
            elif hasattr(module, "create_position_ids_from_input_ids"):
                helped.enter_context(_instead(module, "forward", _looked_up(module)))
            elif name == "embed_positions":
                handle = module.register_forward_hook(_without_first_axis)
                helped.callback(handle.remove)
        yield


@contextmanager
def _instead(module: torch.nn.Module, name: str, function: Callable[..., torch.Tensor]) -> Iterator[None]:
    """Give one module a method of its own."""
    vars(module)[name] = function
    try:
        yield
    finally:
        del vars(module)[name]


def _biases(compute: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """T5 and its kin compute how far apart tokens are for one row; so rows are laid one behind the other."""

    def by_row(
        query_length: torch.Tensor,
        key_length: torch.Tensor,  # noqa: ARG001  # of what is new alone
        device: torch.device | None = None,
        past_seen_tokens: torch.Tensor | int = 0,
    ) -> torch.Tensor:
        starts = cast("torch.Tensor", past_seen_tokens)
        places = starts + torch.arange(query_length)  # type: ignore[call-overload]
        columns = columns_remembered()
        rows = compute(1, columns, device=device, past_seen_tokens=places.reshape(-1, 1))[0]
        shape = [rows.shape[0], *places.shape, cast("int", columns)]
        return rows.reshape(shape).transpose(0, 1)

    return by_row


def _looked_up(module: torch.nn.Module) -> Callable[..., torch.Tensor]:
    """M2M100 and its kin make sure that their table of positions is long enough, which it is."""

    def forward(
        input_ids: torch.Tensor,
        inputs_embeds: torch.Tensor | None = None,  # noqa: ARG001
        cache_length: torch.Tensor | int = 0,
    ) -> torch.Tensor:
        make = cast("Callable[..., torch.Tensor]", module.create_position_ids_from_input_ids)
        places = make(input_ids, module.padding_idx, cache_length)
        return cast("torch.Tensor", module.weights)[places]

    return forward


def _without_first_axis(_: torch.nn.Module, __: object, found: torch.Tensor) -> torch.Tensor:
    """BART and its kin add an axis for the rows, which are there already."""
    return found[0] if found.dim() == _TOO_MANY_AXES else found
