"""Which files of a model's repository are opened: its safetensors, or an ONNX export in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from .folder import EXPORT_CARD, EXPORT_FILES, MODEL_FILES

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["WeightsChoice", "chosen_files"]

WeightsChoice: TypeAlias = Literal["safetensors", "any_export", "own_export"]
"""What is opened of a model that has both: its safetensors; an ONNX export; or that only if hfkit made it."""

# Where exports of others lie; one beside config.json is opened before it.
_BELOW = "onnx/"


def chosen_files(paths: Collection[str], choice: WeightsChoice) -> tuple[str, ...]:
    """Say which files of a repository are wanted: those that would be opened of a folder with all of them.

    Args:
        paths: every file of the repository.
        choice: what is opened where it has both kinds of weights.

    Returns:
        Patterns, as huggingface_hub takes them: of an export where that is opened, never of both kinds of weights.
    """
    above, below = "model.onnx" in paths, f"{_BELOW}model.onnx" in paths
    if not (above or below) or (_holds_safetensors(paths) and not _is_chosen(paths, choice)):
        return MODEL_FILES
    return (
        *(pattern for pattern in MODEL_FILES if pattern != "*.safetensors"),
        *(name for name in EXPORT_FILES if name.startswith(_BELOW) != above),
    )


def _holds_safetensors(paths: Collection[str]) -> bool:
    """Tell whether there are safe weights where a model is opened from; those in subfolders are not read."""
    return any(path.endswith(".safetensors") and "/" not in path for path in paths)


def _is_chosen(paths: Collection[str], choice: WeightsChoice) -> bool:
    """Tell whether an export is opened though safetensors lie beside it."""
    if choice == "safetensors" or "config.json" not in paths:
        return False
    if EXPORT_CARD in paths:
        return True
    return choice == "any_export" and "tokenizer.json" in paths
