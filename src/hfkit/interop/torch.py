"""Arrays as torch tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt
    import torch

__all__ = ["to_torch"]


def to_torch(arrays: Mapping[str, npt.NDArray[np.int64]]) -> dict[str, torch.Tensor]:
    """Give each array as a tensor that shares its memory.

    Raises:
        MissingDependencyError: torch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise missing("torch", "torch") from error
    return {name: torch.from_numpy(array) for name, array in arrays.items()}
