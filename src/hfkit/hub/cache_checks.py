"""Compare what lies in the caches with the hashes that are known of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hfkit.values.layout import counted

from .digests import file_digest
from .inventory import hub_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from .cached_items import CachedItem

__all__ = ["CacheCheck", "check_items"]

_CARD = "hfkit-export.json"
_SHA256, _SHA1 = hashlib.sha256().digest_size * 2, hashlib.sha1(usedforsecurity=False).digest_size * 2


@dataclass(frozen=True, slots=True)
class CacheCheck:
    """What a check of the caches found.

    Attributes:
        verified: how many files have the hash that is known of them.
        damaged: the files that have another, or are gone.
        unknown: how many files nobody knows a hash of.
    """

    verified: int
    damaged: tuple[Path, ...]
    unknown: int

    @property
    def sound(self) -> bool:
        """Whether no file is damaged."""
        return not self.damaged

    def __str__(self) -> str:
        lines = [
            f"{counted(self.verified, 'file')} verified, {counted(self.unknown, 'file')} without a known hash"
        ]
        return "\n".join([*lines, *(f"damaged: {file}" for file in self.damaged)])


def check_items(items: Iterable[CachedItem]) -> CacheCheck:
    """Read every file whose hash is known once, however many commits share it."""
    sound: dict[Path, bool] = {}
    damaged: list[Path] = []
    unknown = 0
    for item in items:
        for file, digest in _known(item):
            if digest is None:
                unknown += 1
                continue
            content = file.resolve()
            if content not in sound:
                sound[content] = _has(content, digest)
            if not sound[content]:
                damaged.append(file)
    gone = (file for file in _gone() if file not in damaged)
    return CacheCheck(sum(sound.values()), (*damaged, *gone), unknown)


def _gone() -> Iterator[Path]:
    """Give links that lead nowhere: huggingface_hub leaves out a whole repository that holds one."""
    for file in sorted(hub_folder().glob("*--*/snapshots/*/**/*")):
        if file.is_symlink() and not file.exists():
            yield file


def _known(item: CachedItem) -> Iterator[tuple[Path, str | None]]:
    """Give an item's files, each with its hash, if one is known."""
    there = {file for file in item.path.rglob("*") if file.is_file() or file.is_symlink()}
    listed = _listed(item.path / _CARD) if item.kind == "export" else {}
    for file in sorted(there | {item.path / name for name in listed}):
        name = file.relative_to(item.path).as_posix()
        if file.is_symlink():  # huggingface_hub names what a link leads to by its hash
            target = file.readlink().name
            yield file, target if len(target) in (_SHA256, _SHA1) else None
        else:
            yield file, listed.get(name)


def _listed(card: Path) -> dict[str, str]:
    try:
        return {
            str(name): str(digest) for name, digest in json.loads(card.read_text(encoding="utf-8"))["files"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _has(file: Path, digest: str) -> bool:
    try:
        if len(digest) == _SHA256:
            return file_digest(file, remembered=False) == digest
        content = file.read_bytes()  # git hashes small files alone
        return (
            hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == digest
        )
    except OSError:
        return False
