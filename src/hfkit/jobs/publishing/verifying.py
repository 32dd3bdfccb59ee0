"""Fetch what was committed into a fresh place, and compare it with the folder: its bytes, then its outputs."""

from __future__ import annotations

import glob
import hashlib
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hfkit.hub.folder import MODEL_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hfkit.values.publish_plan import FileChange
    from hfkit.values.publish_result import Publication
    from hfkit.values.publish_settings import PublishSettings

    from .asking import Asking

__all__ = ["differing_files", "fetched"]


@contextmanager
def fetched(asking: Asking, settings: PublishSettings, publication: Publication) -> Iterator[Path]:
    """Fetch a commit's files into a folder that is gone afterwards.

    Those that were planned are fetched, and what else somebody gets who opens the model.
    """
    api, name, kind = asking.api, settings.repository, settings.kind
    wanted = [glob.escape(change.path) for change in publication.files if change.change != "deleted"]
    patterns = [*wanted, *(MODEL_FILES if kind == "model" else ())]
    with tempfile.TemporaryDirectory(prefix="hfkit-publish-") as scratch:
        asking(
            lambda: api.snapshot_download(
                name, repo_type=kind, revision=publication.commit, local_dir=scratch, allow_patterns=patterns
            )
        )
        yield Path(scratch)


def differing_files(files: Sequence[FileChange], folder: Path) -> list[str]:
    """Give the paths whose bytes are not those that were planned."""
    return [change.path for change in files if not _arrived(change, folder / change.path)]


def _arrived(change: FileChange, file: Path) -> bool:
    if change.change == "deleted":
        return not file.exists()
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == change.sha256
