"""A file as a hub keeps it: its bytes, and the two hashes that name it."""

from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GIT_ATTRIBUTES", "HubFile", "UploadMode", "is_ignored", "upload_mode"]

UploadMode: TypeAlias = Literal["lfs", "regular"]

GIT_ATTRIBUTES = "".join(
    f"{pattern} filter=lfs diff=lfs merge=lfs -text\n"
    for pattern in (
        *("*.7z", "*.arrow", "*.bin", "*.bz2", "*.ckpt", "*.ftz", "*.gz", "*.h5", "*.joblib", "*.lz4"),
        *("*.mlmodel", "*.model", "*.msgpack", "*.npy", "*.npz", "*.onnx", "*.ot", "*.parquet", "*.pb"),
        *("*.pickle", "*.pkl", "*.pt", "*.pth", "*.rar", "*.safetensors", "*.tar", "*.tflite", "*.tgz"),
        *("*.wasm", "*.xz", "*.zip", "*.zst"),
    )
).encode()
"""The ``.gitattributes`` of a new repository: what it keeps as LFS objects."""

_LARGEST_REGULAR = 10 * 2**20  # bytes; above, the hub takes a file as an LFS object whatever its name


@dataclass(frozen=True, slots=True)
class HubFile:
    r"""A file in a repository.

    >>> HubFile.of(b"hello\n").oid
    'ce013625030ba8dba906f756967f9e9ca394464a'

    Attributes:
        content: the bytes.
        sha256: the hash of the bytes; the name of an LFS object.
        oid: what git calls it: the hash of the bytes, or of the pointer that stands for an LFS object.
        lfs: whether it is kept as an LFS object.
    """

    content: bytes = field(repr=False, compare=False)
    sha256: str
    oid: str
    lfs: bool

    @staticmethod
    def of(content: bytes, *, lfs: bool = False) -> HubFile:
        """Hash the bytes of a file."""
        sha256 = hashlib.sha256(content).hexdigest()
        return HubFile(content, sha256, _git_oid(_pointer(sha256, len(content)) if lfs else content), lfs)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    @property
    def etag(self) -> str:
        """What a client's cache calls it."""
        return self.sha256 if self.lfs else self.oid

    @property
    def pointer_size(self) -> int:
        """How many bytes git keeps of an LFS object."""
        return len(_pointer(self.sha256, self.size))


def upload_mode(path: str, size: int, files: Mapping[str, HubFile]) -> UploadMode:
    """Say how a file is to be uploaded: by the repository's ``.gitattributes``, and by its size in bytes.

    >>> upload_mode("model.safetensors", 8, {".gitattributes": HubFile.of(GIT_ATTRIBUTES)})
    'lfs'
    """
    attributes = files[".gitattributes"].content if ".gitattributes" in files else b""
    patterns = [
        line.split()[0] for line in attributes.decode("utf-8", "replace").splitlines() if "filter=lfs" in line
    ]
    name = path.rpartition("/")[2]
    matched = any(fnmatch.fnmatchcase(path if "/" in pattern else name, pattern) for pattern in patterns)
    return "lfs" if matched or size > _LARGEST_REGULAR else "regular"


def is_ignored(path: str, gitignore: str) -> bool:
    r"""Say whether a ``.gitignore`` names a file, or a folder that it lies in; the last line that does decides.

    >>> is_ignored("logs/a.txt", "*.log\nlogs/\n"), is_ignored("a.log", "*.log\n!a.log\n")
    (True, False)
    """
    parts = path.split("/")
    places = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    ignored = False
    for line in gitignore.splitlines():
        pattern = line.strip().removeprefix("!").strip("/")
        if not pattern or pattern.startswith("#"):
            continue
        named = places if "/" in line.strip().rstrip("/") else parts
        of_folders = named[:-1] if line.strip().endswith("/") else named
        if any(fnmatch.fnmatchcase(one, pattern) for one in of_folders):
            ignored = not line.startswith("!")
    return ignored


def _pointer(sha256: str, size: int) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def _git_oid(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()
