"""Find the files of the model that a facade names, of a repository those that its backend opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hfkit.hub.folder import MODEL_FILES
from hfkit.hub.resolve import resolve
from hfkit.hub.tokenizer_files import TOKENIZER_FILES

if TYPE_CHECKING:
    import os

    from hfkit.hub.folder import ModelFolder
    from hfkit.hub.weights import WeightsChoice
    from hfkit.values.runtime import Runtime

__all__ = ["locate_model", "locate_tokenizer", "locate_weights"]


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
    return _find(model, runtime, weights=weights)


def locate_weights(model: str | os.PathLike[str], runtime: Runtime) -> ModelFolder:
    """Find a model's files with its safetensors, whatever will run it; raises what :func:`locate_model` does."""
    return _find(model, runtime)


def locate_tokenizer(model: str | os.PathLike[str], runtime: Runtime) -> ModelFolder:
    """Find the files of a model's tokenizer, and leave the weights alone; raises what :func:`locate_model` does."""
    return _find(model, runtime, files=TOKENIZER_FILES)


def _find(
    model: str | os.PathLike[str],
    runtime: Runtime,
    *,
    files: tuple[str, ...] = MODEL_FILES,
    weights: WeightsChoice = "safetensors",
) -> ModelFolder:
    return resolve(
        model,
        offline=runtime.offline,
        files=files,
        weights=weights,
        lock=runtime.lock,
        progress=runtime.progress,
    )
