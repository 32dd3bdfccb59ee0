"""The promises about damaged folders of any model. Each function is one; its first line is the sentence."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.errors import CorruptModelError, ModelError, UnsafeWeightsError, WeightsNotFoundError

from .opened import open_with
from .promise import require

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FOLDER_CHECKS"]


def refuses_a_folder_without_weights(backend: object, model_dir: Path) -> None:
    """A folder without weights is a WeightsNotFoundError."""
    with _damaged(model_dir) as copy:
        for file in copy.glob("*.safetensors"):
            file.unlink()
        _refuses(backend, copy, WeightsNotFoundError)


def refuses_pickled_weights(backend: object, model_dir: Path) -> None:
    """A folder with pickled weights only is an UnsafeWeightsError."""
    with _damaged(model_dir) as copy:
        for file in copy.glob("*.safetensors"):
            file.unlink()
        (copy / "pytorch_model.bin").write_bytes(b"\x80\x04N.")
        _refuses(backend, copy, UnsafeWeightsError)


def refuses_truncated_weights(backend: object, model_dir: Path) -> None:
    """A truncated weights file is a CorruptModelError."""
    with _damaged(model_dir) as copy:
        for file in copy.glob("*.safetensors"):
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        _refuses(backend, copy, CorruptModelError)


@contextmanager
def _damaged(model_dir: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "model"
        shutil.copytree(model_dir, copy)
        yield copy


def _refuses(backend: object, folder: Path, kind: type[ModelError]) -> None:
    try:
        open_with(backend, folder)
    except kind:
        return
    except Exception as error:  # noqa: BLE001  # whatever else it is, it is the wrong one
        require(kept=False, otherwise=f"it raises {type(error).__name__}, must be {kind.__name__}: {error}")
    require(kept=False, otherwise="it opens all the same")


FOLDER_CHECKS = (refuses_a_folder_without_weights, refuses_pickled_weights, refuses_truncated_weights)
"""What becomes of a folder that holds no usable weights."""
