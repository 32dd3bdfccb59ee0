"""Many inputs as arrays that a model can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from hfkit._lazy import reach

from .provenance import Source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch


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

    ids: npt.NDArray[np.int32]
    mask: npt.NDArray[np.int8]
    type_ids: npt.NDArray[np.int8]
    lengths: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    cut: tuple[int, ...]
    input_names: tuple[str, ...]
    source: Source

    def inputs(self) -> dict[str, npt.NDArray[np.int64]]:
        """Give what the model's forward wants, int64, by its names; equal to transformers' arrays."""
        named = {"input_ids": self.ids.astype("int64")}
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
            "Callable[[dict[str, npt.NDArray[np.int64]]], dict[str, torch.Tensor]]",
            reach("hfkit.interop.torch", "to_torch"),
        )
        return convert(self.inputs())
