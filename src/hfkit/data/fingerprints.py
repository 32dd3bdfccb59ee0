"""One hash for the rows of a table, wherever they lie and however they were read."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .library import arrow_batches, class_names, column_names

if TYPE_CHECKING:
    import datasets

__all__ = ["hash_rows"]


def hash_rows(dataset: datasets.Dataset) -> str:
    """Hash the names and values of all columns, row by row in batches of one fixed size.

    The order of rows and columns counts, and so do the names of classes; how Arrow cut the rows into chunks, whether
    a text's offsets take 32 or 64 bits, and what lies in memory under a missing value do not.

    Returns:
        ``sha256:`` and the hash in hexadecimal.
    """
    digest = hashlib.sha256()
    names = column_names(dataset)
    labels = {name: class_names(dataset, name) for name in names}
    digest.update(json.dumps([labels, len(dataset)]).encode())
    for batch in arrow_batches(dataset) if names else ():
        for name in names:
            _feed(digest, _one_array(batch.column(name)))
    return f"sha256:{digest.hexdigest()}"


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole


def _feed(digest: hashlib._Hash, array: pa.Array) -> None:
    """Hash an array: its type, where there are values, how long each is, and the bytes of those that are there."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_string_view(array.type):  # has no filter
        array = array.cast(pa.large_string())
    there = array.is_valid()
    digest.update(f"{_name(array.type)}:{len(array)};".encode())
    _feed_numbers(digest, there.cast(pa.uint8()))
    if not pa.types.is_null(array.type):
        _feed_values(digest, array.filter(there))


def _feed_values(digest: hashlib._Hash, values: pa.Array) -> None:
    kind = values.type
    if _is_text(kind):
        wide = values.cast(pa.large_binary() if _is_binary(kind) else pa.large_string())
        _feed_numbers(digest, pc.binary_length(wide))
        digest.update(_all_bytes(wide))
    elif _is_list(kind):
        _feed_numbers(digest, pc.list_value_length(values))
        _feed(digest, pc.list_flatten(values))
    elif pa.types.is_struct(kind):
        for position, inner in enumerate(values.flatten()):
            digest.update(kind.field(position).name.encode() + b"\0")
            _feed(digest, inner)
    elif pa.types.is_boolean(kind):
        _feed_numbers(digest, values.cast(pa.uint8()))
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        _feed_numbers(digest, values)
    else:  # dates, times, decimals
        for value in values:
            digest.update(f"{value.as_py()!r}\0".encode())


def _feed_numbers(digest: hashlib._Hash, numbers: pa.Array) -> None:
    plain = numbers.to_numpy(zero_copy_only=False)
    digest.update((plain.astype("<i8") if plain.dtype.kind == "i" else plain).tobytes())


def _all_bytes(wide: pa.Array) -> bytes:
    """Give the bytes of all texts on end; their offsets are of 64 bits."""
    _, offsets, content = wide.buffers()
    if not len(wide) or content is None:
        return b""
    bounds = np.frombuffer(offsets, np.int64)
    start, end = int(bounds[wide.offset]), int(bounds[wide.offset + len(wide)])
    return bytes(memoryview(content)[start:end])


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    )


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or _is_binary(kind)
    )


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _name(kind: pa.DataType) -> str:
    if _is_text(kind):
        return "bytes" if _is_binary(kind) else "text"
    if _is_list(kind):
        return "list"
    return "struct" if pa.types.is_struct(kind) else str(kind)
