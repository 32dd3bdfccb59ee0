"""Which weights are trained: one small class for each way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from .constraints import require_choice, require_kind, require_number, require_texts, require_whole

__all__ = ["FourBits", "Full", "Lora", "Method", "QLora"]

FourBits: TypeAlias = Literal["nf4", "fp4"]
"""What 4 bits stand for: ``"nf4"`` a quantile of a normal distribution, ``"fp4"`` a small floating-point number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """All weights.

    Attributes:
        frozen: parts of the model that stay as they are, by the beginnings of their names as
            ``model.named_parameters()`` gives them without the name of the body, such as ``"embeddings"`` or
            ``"encoder.layer.0."``.

    Raises:
        SettingError: a name is empty, or they are no tuple.
    """

    frozen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_texts("frozen", self.frozen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """Small matrices beside the large ones, which stay as they are; a new head is trained whole.

    Attributes:
        rank: columns of the small matrices.
        alpha: what they give is multiplied by ``alpha / rank``; None for twice the rank.
        dropout: the share of what enters them that is left out while training.
        targets: the last parts of the names of the modules that get them; None for all linear layers of the body.
        embeddings: whether the table of word embeddings gets them too.
        merge: add them into the large matrices at the end: the result is a whole model, and both were compared.

    Raises:
        SettingError: a value is out of its range.

    Source: Hu et al. 2021, arXiv:2106.09685.
    """

    rank: int = 16
    alpha: float | None = None
    dropout: float = 0.0
    targets: tuple[str, ...] | None = None
    embeddings: bool = False
    merge: bool = False

    def __post_init__(self) -> None:
        _require_matrices(self)
        require_kind("embeddings", self.embeddings, (bool,))
        require_kind("merge", self.merge, (bool,))


@dataclass(frozen=True, slots=True, kw_only=True)
class QLora:
    """As :class:`Lora`, with the large matrices held in 4 bits while the small ones are trained beside them.

    It needs an eighth of the memory for them, and more time. The result is an adapter of the base as it is, not
    of its 4 bits: what it says there differs a little from what was measured in training, so evaluate it.

    Attributes:
        rank: columns of the small matrices.
        alpha: what they give is multiplied by ``alpha / rank``; None for twice the rank.
        dropout: the share of what enters them that is left out while training.
        targets: the last parts of the names of the modules that get them; None for all linear layers of the body.
        numbers: what 4 bits stand for.

    Raises:
        SettingError: a value is out of its range.

    Source: Dettmers et al. 2023, arXiv:2305.14314.
    """

    rank: int = 16
    alpha: float | None = None
    dropout: float = 0.0
    targets: tuple[str, ...] | None = None
    numbers: FourBits = "nf4"

    def __post_init__(self) -> None:
        _require_matrices(self)
        require_choice("numbers", self.numbers, get_args(FourBits))


def _require_matrices(method: Lora | QLora) -> None:
    require_whole("rank", method.rank, least=1, required=True)
    if method.alpha is not None:
        require_number("alpha", method.alpha, above=0)
    require_number("dropout", method.dropout, least=0, below=1)
    if method.targets is not None:
        require_texts("targets", method.targets)


Method: TypeAlias = Full | Lora | QLora
"""A way to train."""
