"""Linear layers whose weights lie as oneDNN reads them: the same sums, sooner.

The two operations are those that torch's own compiler calls. They are not public, so they are looked
for: where they are missing, the layers stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["can_prepack", "prepack_linears", "restore_linears"]


_reorder: Any = getattr(torch.ops.mkldnn, "_reorder_linear_weight", None)
_multiply: Any = getattr(torch.ops.mkldnn, "_linear_pointwise", None)


class _PrepackedLinear(torch.nn.Module):
    """A linear layer without gradients; it holds its weights in oneDNN's layout only."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self._packed = _reorder(linear.weight.detach(), None)
        self.bias = linear.bias

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Give ``rows @ weight.T + bias``."""
        product = _multiply(rows, self._packed, self.bias, "none", [], "")
        return cast("torch.Tensor", product)

    def restored(self) -> torch.nn.Linear:
        """Make the layer that it was made of."""
        weight = cast("torch.Tensor", self._packed.to_dense())
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        linear.weight = torch.nn.Parameter(weight, requires_grad=False)
        linear.bias = self.bias
        return linear.eval()


def can_prepack() -> bool:
    """Tell whether torch has what it takes here."""
    present: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return present and None not in (_reorder, _multiply)


def prepack_linears(model: torch.nn.Module) -> None:
    """Exchange every plain linear layer, one by one: only one layer's weights are there twice at a time."""
    for parent, name, layer in _places(model):
        if type(layer) is torch.nn.Linear:  # what is derived from it may do more
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
