"""Files that datasets itself reads, into its own cache."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from hfkit.hub.digests import file_digest

from .quiet import quiet_datasets

if TYPE_CHECKING:
    from pathlib import Path

    import datasets

__all__ = ["built"]

BuilderName: TypeAlias = Literal["json", "parquet", "text"]


def built(name: BuilderName, file: Path) -> datasets.Dataset:
    """Let one of datasets' builders read a file; what it wrote of the same content earlier is opened again.

    Raises:
        Exception: whatever the builder and the libraries under it raise for a file that they cannot read.
    """
    with quiet_datasets():
        builder = _builder(name, file)
        builder.download_and_prepare()
        return cast("datasets.Dataset", builder.as_dataset(split="train"))


def _builder(name: BuilderName, file: Path) -> datasets.DatasetBuilder:
    from datasets.data_files import DataFilesDict, DataFilesList

    # Not the path alone, in which datasets would look for wild cards. The hash decides what was read already.
    path = str(file.resolve())
    files = DataFilesDict({"train": DataFilesList([path], [(file_digest(file),)])})
    module = import_module(f"datasets.packaged_modules.{name}.{name}")
    return cast("datasets.DatasetBuilder", getattr(module, name.capitalize())(data_files=files))
