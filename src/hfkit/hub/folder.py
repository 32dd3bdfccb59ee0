"""A model as files in a folder, with a name and a revision."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from hfkit.errors import CorruptModelError, UnsafeWeightsError, WeightsNotFoundError

from .digests import file_digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "EXPORT_CARD",
    "EXPORT_FILES",
    "MODEL_FILES",
    "MODEL_MARKS",
    "PIN_FILE",
    "QUANTIZE_FILE",
    "ModelFolder",
    "Stamp",
    "content_hash",
    "fingerprint_files",
    "read_json_object",
]

MODEL_FILES = (
    *("*.json", "*.safetensors", "*.txt", "*.model", "*.spm", "*.tiktoken", "*.jinja", "*.py"),
    "[0-9]_*/config.json",  # how sentence-transformers pools
)
"""What a model needs to run: never pickles, never the twins of other frameworks, nothing of a trainer's."""

EXPORT_FILES = (
    *(f"{place}model.onnx{ending}" for place in ("", "onnx/") for ending in ("", ".data", "_data")),
    "encoder.onnx",
    "encoder.onnx.data",
)
"""What an ONNX export adds to a folder; of a repository only what would be opened is fetched."""

EXPORT_CARD = "hfkit-export.json"
"""What hfkit knew of a model when it exported it, beside the export; those of others have none."""

MODEL_MARKS = ("config.json", "adapter_config.json")
"""One of these is there wherever a model or an adapter is."""

PIN_FILE = "hfkit.json"
"""What hfkit itself says of a model; no part of the model, so it changes no revision."""

QUANTIZE_FILE = "quantizing.json"
"""What Quantize measured of a model that it made, beside it; no part of the model either."""

_PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "adapter_model.bin")

Stamp: TypeAlias = tuple[tuple[str, int, int, int], ...]
"""Names, sizes and times (of writing, of any change) of files, sorted by name."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that lies in a folder on this machine.

    Attributes:
        name: the repository's name, or the whole path of a folder.
        path: the folder.
        revision: the commit hash on the hub, or ``sha256:`` and the hash of the folder's content.
        stamp: names, sizes and times of the folder's files; a rewritten folder has another.
        base: for an adapter, the model that it adapts.
    """

    name: str
    path: Path
    revision: str
    stamp: Stamp
    base: ModelFolder | None = None

    @property
    def config(self) -> Mapping[str, object]:
        """The content of ``config.json``; empty if there is none."""
        return self.read_json("config.json")

    def read_json(self, name: str) -> Mapping[str, object]:
        """Read one JSON object of the folder; empty if the file is not there.

        Raises:
            CorruptModelError: the file is no JSON object.
        """
        file = self.path / name
        return read_json_object(file) if file.is_file() else {}

    def is_rewritten(self) -> bool:
        """Tell whether its files changed since they were hashed; those of a commit on the hub never do."""
        try:
            now = _stamp(self.path, [self.path / name for name, *_ in self.stamp])
        except OSError:
            return True
        return now != self.stamp or (self.base is not None and self.base.is_rewritten())

    def require_weights(self) -> None:
        """Make sure that safe weights lie here, before any library looks for others.

        Raises:
            UnsafeWeightsError: there are pickled weights only.
            WeightsNotFoundError: there are none at all.
            CorruptModelError: a file is truncated, or no safetensors file.
        """
        from safetensors import SafetensorError, safe_open

        kind = "adapter_model" if self.base else "model"
        weights = sorted(self.path.glob(f"{kind}*.safetensors"))
        for file in weights:
            try:
                with safe_open(file, framework="numpy"):
                    pass  # opening compares the header with the size of the file
            except (SafetensorError, OSError) as error:
                raise CorruptModelError(
                    f"{file} is truncated or damaged: {error}", hint="fetch or save the model again"
                ) from error
        if weights:
            return
        pickles = sorted(file.name for pattern in _PICKLES for file in self.path.glob(pattern))
        if pickles:
            raise UnsafeWeightsError(
                f"{self.name} holds pickled weights only ({', '.join(pickles)}); reading them can run any code",
                hint="convert them where you trust them: load there and save_pretrained() writes model.safetensors",
            )
        if any((self.path / name).is_file() for name in EXPORT_FILES):
            raise WeightsNotFoundError(
                f"{self.name} holds an ONNX export and no {kind}.safetensors",
                hint="pip install 'hfkit[onnx]', and leave backend='auto' or name 'onnx'; to train or to change it, "
                "give the model that it was made from",
            )
        raise WeightsNotFoundError(
            f"{self.name} holds no {kind}.safetensors",
            hint="save_pretrained() writes model.safetensors, or adapter_model.safetensors for an adapter",
        )


def read_json_object(file: Path) -> dict[str, object]:
    """Read a file that is to hold one JSON object.

    Raises:
        CorruptModelError: it does not.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, or JSON in JSON without an end
        raise CorruptModelError(
            f"{file} is no JSON: {error}", hint="fetch or save the model again"
        ) from error
    if not isinstance(content, dict):
        raise CorruptModelError(
            f"{file} holds a {type(content).__name__}, must be a JSON object",
            hint="fetch or save the model again",
        )
    return content


def fingerprint_files(path: Path, patterns: tuple[str, ...] = MODEL_FILES) -> Stamp:
    """Give the name, size and times of each file that a model is made of: cheap, and new after a rewrite."""
    return _stamp(
        path, sorted({file for pattern in patterns for file in path.glob(pattern) if file.is_file()})
    )


def _stamp(path: Path, files: Sequence[Path]) -> Stamp:
    statuses = [(file.relative_to(path).as_posix(), file.stat()) for file in files]
    return tuple((name, status.st_size, status.st_mtime_ns, status.st_ctime_ns) for name, status in statuses)


@lru_cache(maxsize=64)
def content_hash(path: Path, stamp: Stamp) -> str:
    """Hash names and bytes of a folder's files; remembered while sizes and times stay."""
    digest = hashlib.sha256()
    for name, size, *_ in stamp:
        if name in (PIN_FILE, QUANTIZE_FILE):
            continue
        digest.update(f"{name}\0{size}\0".encode())
        digest.update(bytes.fromhex(file_digest(path / name)))
    return f"sha256:{digest.hexdigest()}"
