"""Find the files of the model that a facade names, of a repository those that its backend opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.hub.resolve import resolve

if TYPE_CHECKING:
    import os

    from hfkit.hub.folder import ModelFolder
    from hfkit.hub.weights import WeightsChoice
    from hfkit.values.runtime import Runtime

__all__ = ["locate_model"]


def locate_model(model: str | os.PathLike[str], runtime: Runtime, *, writes: bool = False) -> ModelFolder:
    """Find a model's files, fetching them from the hub if need be.

    What is fetched of a repository is what would be opened of a folder with all of its files: where safetensors and an
    ONNX export lie side by side, the export is for who names the backend.

    Args:
        model: a folder, or ``"org/name"``, or ``"org/name@revision"``.
        runtime: where and how the model will run.
        writes: whether it writes text; exports of others are not written with.

    Raises:
        ModelNotFoundError: there is no such folder or repository.
        OfflineError: it is not on this machine and the hub cannot be reached.
        HubError: the hub refused, or the lock does not have it; a subclass says why.
        SettingError: the name is malformed.
    """
    weights: WeightsChoice = "safetensors"
    if runtime.backend == "onnx":  # which neither writes with an export of others nor makes 8 bits of it
        weights = "own_export" if writes or runtime.dtype == "int8" else "any_export"
    return resolve(model, offline=runtime.offline, lock=runtime.lock, weights=weights)
