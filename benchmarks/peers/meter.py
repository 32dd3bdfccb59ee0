"""Count the tokens that go through a model, padding included, whoever sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

__all__ = ["TokenMeter"]


class TokenMeter:
    """Counts at the embedding of the words, which every token passes once.

    Args:
        model: a model of transformers.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401  # transformers' own
        self._tokens = 0
        model.get_input_embeddings().register_forward_pre_hook(self._count)

    def take(self) -> int:
        """Give the tokens since the last time."""
        tokens, self._tokens = self._tokens, 0
        return tokens

    def _count(self, _: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        self._tokens += inputs[0].numel()
