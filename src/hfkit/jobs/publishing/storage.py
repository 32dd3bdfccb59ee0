"""How the hub will keep each file: in git, or beside it by its hash (LFS)."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hfkit.values.publish_plan import FileStorage

    from .folder_files import FolderFile
    from .remote import Remote

__all__ = ["storage_of"]

# What the .gitattributes of a new repository say.
_ENDINGS = (
    *(
        "*.7z",
        "*.arrow",
        "*.bin",
        "*.bz2",
        "*.ckpt",
        "*.ftz",
        "*.gz",
        "*.h5",
        "*.joblib",
        "*.lz4",
        "*.mlmodel",
    ),
    *(
        "*.model",
        "*.msgpack",
        "*.npy",
        "*.npz",
        "*.onnx",
        "*.ot",
        "*.parquet",
        "*.pb",
        "*.pickle",
        "*.pkl",
        "*.pt",
    ),
    *("*.pth", "*.rar", "*.safetensors", "*.tar", "*.tflite", "*.tgz", "*.wasm", "*.xz", "*.zip", "*.zst"),
)

_LARGEST_REGULAR = 10 * 2**20  # bytes; the hub takes larger ones beside git, whatever they are called


def storage_of(file: FolderFile, remote: Remote) -> FileStorage:
    """Foresee how a file will be kept: by the repository's ``.gitattributes``, and by its size.

    The hub has the last word when the file is sent; that changes no byte of it.
    """
    if not file.size:
        return "regular"  # there are no empty objects beside git
    patterns = _ENDINGS if remote.commit is None else _patterns(remote.attributes)
    name = file.path.rpartition("/")[2]
    matched = any(fnmatch.fnmatchcase(file.path if "/" in pattern else name, pattern) for pattern in patterns)
    return "lfs" if matched or file.size > _LARGEST_REGULAR else "regular"


def _patterns(attributes: str) -> list[str]:
    return [line.split()[0] for line in attributes.splitlines() if "filter=lfs" in line.split()]
