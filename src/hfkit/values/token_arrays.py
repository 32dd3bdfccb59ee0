"""Many inputs as arrays that a model can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from hfkit._lazy import reach

from .provenance import Source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch

    Ids: TypeAlias = npt.NDArray[np.int32]
    Flags: TypeAlias = npt.NDArray[np.int8]
    Inputs: TypeAlias = dict[str, npt.NDArray[np.int64]]

__all__ = ["TokenArrays"]


@dataclass(frozen=True, slots=True, eq=False)
class TokenArrays:
    """Ids and masks of many inputs, one row for each, or for each window of a text read in several.

    The arrays cannot be written to; ``inputs`` and ``to_torch`` give copies that can.

    Attributes:
        ids: token ids, shape ``[rows, width]``.
        mask: 1 for a token and 0 for padding, shape ``[rows, width]``.
        type_ids: ``token_type_ids``, shape ``[rows, width]``.
        lengths: tokens of each row without padding, shape ``[rows]``.
        owner: the position of the input that each row came from, shape ``[rows]``.
        cut: positions of the inputs that lost tokens to truncation.
        input_names: what the model's forward wants, by its names.
        source: which tokenizer gave the ids.
    """

    ids: Ids
    mask: Flags
    type_ids: Flags
    lengths: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    cut: tuple[int, ...]
    input_names: tuple[str, ...]
    source: Source

    def inputs(self) -> Inputs:
        """Give what the model's forward wants, int64, by its names; equal to transformers' arrays."""
        named: Inputs = {"input_ids": self.ids.astype("int64")}
        if "token_type_ids" in self.input_names:
            named["token_type_ids"] = self.type_ids.astype("int64")
        if "attention_mask" in self.input_names:
            named["attention_mask"] = self.mask.astype("int64")
        return named

    def to_torch(self) -> dict[str, torch.Tensor]:
        """Give :meth:`inputs` as tensors on the processor.

        Raises:
            MissingDependencyError: torch is not installed.
        """
        convert = cast(
            "Callable[[Inputs], dict[str, torch.Tensor]]", reach("hfkit.interop.torch", "to_torch")
        )
        return convert(self.inputs())
