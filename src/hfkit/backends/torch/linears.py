"""Linear layers whose weights lie as oneDNN reads them: the same sums, sooner.

The two operations are those that torch's own compiler calls. They are not public, so they are looked
for: where they are missing, the layers stay as they are.

oneDNN compiles code for every number of rows that it meets and keeps it, about 2 MiB for the three kinds of
layer of a model with DistilBERT's dimensions: 690 MiB for 350 numbers (torch 2.13). So rows are filled up to
one of few numbers, and only layers that read every token are laid out: of full batches there are some 20
numbers of rows, of texts of all lengths up to 512, one at a time, 64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from transformers.pytorch_utils import Conv1D

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["can_prepack", "large_linears", "prepack", "prepack_linears", "restore_linears", "rounded_rows"]

_reorder: Any = getattr(torch.ops.mkldnn, "_reorder_linear_weight", None)
_multiply: Any = getattr(torch.ops.mkldnn, "_linear_pointwise", None)

# From one power of two to the next; the more rows, the more it costs to compute what nobody asked for.
_FEW, _STEPS, _MORE_STEPS = 256, 8, 16

# One row takes a fifth longer than four, and two take a third longer: oneDNN 3 has no kernel of its own for so few.
# (All layers of GPT-2's or SmolLM2's dimensions in turns, so that none stays in a cache; one thread, AVX-512.)
_FEWEST = 4

# Weights. For 512 rows and one thread, 64 x 64 are slower so, 256 x 256 a tenth and 768 x 768 a fifth faster (AVX-512).
_LARGE = 1 << 16


def rounded_rows(rows: int) -> int:
    """Give the number of rows that so many are computed as.

    >>> [rounded_rows(rows) for rows in (1, 16, 33, 200, 500, 513)]
    [4, 16, 36, 208, 512, 544]
    """
    if rows <= _FEWEST:
        return _FEWEST
    below = 1 << max(0, rows - 1).bit_length() >> 1
    step = max(1, below // (_STEPS if rows <= _FEW else _MORE_STEPS))
    return -(-rows // step) * step


class _PrepackedLinear(torch.nn.Module):
    """A linear layer without gradients; it holds its weights in oneDNN's layout only."""

    def __init__(self, linear: torch.nn.Linear | Conv1D) -> None:
        super().__init__()
        weight = linear.weight.detach()
        # GPT-2 keeps its weights the other way around.
        self._packed = _reorder(weight.t().contiguous() if isinstance(linear, Conv1D) else weight, None)
        self.bias = linear.bias

    @property
    def weight(self) -> torch.Tensor:
        """The weights in their own layout: T5 asks for their number type."""
        packed: torch.Tensor = self._packed
        return packed

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Give ``rows @ weight.T + bias``, ``[..., in]`` to ``[..., out]``."""
        flat = rows.flatten(0, -2)
        count = len(flat)
        more = rounded_rows(count) - count
        if more:
            flat = torch.cat((flat, flat.new_zeros(more, flat.shape[1])))
        product = cast("torch.Tensor", _multiply(flat, self._packed, self.bias, "none", [], ""))
        return (product[:count] if more else product).view(*rows.shape[:-1], -1)

    def restored(self) -> torch.nn.Linear:
        """Make the layer that it was made of, or one that does the same."""
        weight = cast("torch.Tensor", self._packed.to_dense())
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        linear.weight = torch.nn.Parameter(weight, requires_grad=False)
        linear.bias = self.bias
        return linear.eval()


def can_prepack() -> bool:
    """Tell whether torch has what it takes here."""
    present: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return present and None not in (_reorder, _multiply)


def prepack_linears(model: torch.nn.Module, run: Callable[[], int]) -> None:
    """Exchange the large linear layers that read every token, one by one: no other weights are there twice.

    Args:
        model: is changed.
        run: runs the model, and gives how many tokens it was given last.
    """
    rows: dict[torch.nn.Module, int] = {}

    def note(layer: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        rows[layer] = max(rows.get(layer, 0), given[0].numel() // given[0].shape[-1])

    layers = large_linears(model)
    handles = [layer.register_forward_pre_hook(note) for layer in layers]
    tokens = run()
    for handle in handles:
        handle.remove()
    prepack(model, {layer for layer in layers if rows.get(layer) == tokens})


def large_linears(model: torch.nn.Module) -> set[torch.nn.Module]:
    """Find the linear layers that are worth it; what is derived from one may do more, and is left alone."""
    return {
        layer
        for layer in model.modules()
        if type(layer) in (torch.nn.Linear, Conv1D) and cast("torch.Tensor", layer.weight).numel() >= _LARGE
    }


def prepack(model: torch.nn.Module, layers: set[torch.nn.Module]) -> None:
    """Exchange these layers, one by one: no other weights are there twice."""
    for parent, name, layer in _places(model):
        if layer in layers and isinstance(layer, torch.nn.Linear | Conv1D):
            setattr(parent, name, _PrepackedLinear(layer))


def restore_linears(model: torch.nn.Module) -> None:
    """Undo :func:`prepack_linears`."""
    for parent, name, layer in _places(model):
        if isinstance(layer, _PrepackedLinear):
            setattr(parent, name, layer.restored())


def _places(model: torch.nn.Module) -> Iterator[tuple[torch.nn.Module, str, torch.nn.Module]]:
    """Give every module with the module that holds it and the name it has there."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            yield parent, name, child
