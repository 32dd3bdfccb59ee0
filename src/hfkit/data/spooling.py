"""From batches of rows to a dataset: in memory while they are few, else in a file that is gone with the process."""

from __future__ import annotations

import atexit
import secrets
import tempfile
from contextlib import ExitStack
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from .library import dataset_of_arrow, dataset_of_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    import datasets

__all__ = ["passing_folder", "spooled"]

_MEMORY_BYTES = 256 << 20


def spooled(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> datasets.Dataset:
    """Make a dataset of batches of one schema; of what is large, a few are in memory at a time."""
    held: list[pa.RecordBatch] = []
    size = 0
    coming = iter(batches)
    for batch in coming:
        held.append(batch)
        size += batch.nbytes
        if size > _MEMORY_BYTES:
            break
    else:
        return dataset_of_arrow(pa.Table.from_batches(held, schema))
    file = passing_folder() / f"{secrets.token_hex(8)}.arrow"
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for batch in chain(held, coming):
            writer.write_batch(batch)
        held.clear()
    return dataset_of_file(file)


@cache
def passing_folder() -> Path:
    """Make a folder that is removed when the process ends."""
    kept = ExitStack()
    atexit.register(kept.close)
    return Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="hfkit-", ignore_cleanup_errors=True)))
