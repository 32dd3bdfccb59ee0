"""From a source to a stream: rows are read while they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyarrow as pa
from pyarrow import parquet

from hfkit.errors import DataError
from hfkit.hub.locks import chosen_lock

from .damage import BadLine, damaged, open_text, require_text_file, undecodable
from .delimited import RaggedRowsError, batches_of, survey_fields
from .json_files import json_rows
from .library import library
from .loading import bad_lines, layout_of, load_table, whole_file
from .quiet import quiet_datasets
from .repositories import stream_repository
from .sources import DataFile, DataFolder, Repository, SavedFolder, find_source

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import datasets

    from .delimited import Survey
    from .layouts import Layout
    from .library import TableRow
    from .load_settings import LoadSettings

__all__ = ["open_stream"]


def open_stream(
    source: str | os.PathLike[str], split: str | None, settings: LoadSettings
) -> datasets.IterableDataset:
    """Open a source without reading its rows; a file of fields is read once, to find the types of its columns."""
    match find_source(source):
        case DataFile(
            path, format="json" | "arrow"
        ):  # the one is read as a whole, the other stays on the disk
            dataset, _ = load_table(path, split, settings)
            return _lazily(dataset)
        case DataFile() as file:
            return _stream_file(file, settings)
        case SavedFolder() | DataFolder():
            dataset, _ = load_table(source, split, settings)
            return _lazily(dataset)
        case Repository(name, revision):
            return stream_repository(
                name,
                revision,
                split=split,
                config=settings.config,
                offline=settings.offline,
                lock=chosen_lock(settings.lock),
            )


def _lazily(dataset: datasets.Dataset) -> datasets.IterableDataset:
    return cast("datasets.IterableDataset", dataset.to_iterable_dataset())


def _stream_file(file: DataFile, settings: LoadSettings) -> datasets.IterableDataset:
    settings.require_use(file)
    if file.format != "parquet":
        require_text_file(file.path)
    schema: pa.Schema | None = None
    arguments: dict[str, object] = {"file": file}
    try:
        if file.format in ("csv", "tsv"):
            layout = layout_of(file, settings)
            found = survey_fields(file.path, layout)
            schema = found.schema
            arguments |= {"layout": layout, "found": found}
        elif file.format == "parquet":
            schema = parquet.read_schema(file.path)
    except (pa.ArrowException, RaggedRowsError, OSError) as error:
        bad = bad_lines(file, settings)
        raise (damaged(file.path, bad) if bad else whole_file(file.path, error)) from error
    features = None if schema is None else library().Features.from_arrow_schema(schema)
    with quiet_datasets():
        return cast(
            "datasets.IterableDataset",
            library().IterableDataset.from_generator(_rows, features=features, gen_kwargs=arguments),
        )


def _rows(file: DataFile, layout: Layout | None = None, found: Survey | None = None) -> Iterator[TableRow]:
    """Give the rows of a file; at the top of a module, so that loaders' processes can be sent it."""
    try:
        yield from _rows_of(file, layout, found)
    except Exception as error:  # not of the libraries' own classes: what is left of a stream ends after them
        if isinstance(error, DataError):
            raise
        raise whole_file(file.path, error) from error


def _rows_of(file: DataFile, layout: Layout | None, found: Survey | None) -> Iterator[TableRow]:
    if layout is not None and found is not None:
        for batch in batches_of(file.path, layout, found):
            yield from batch.to_pylist()
    elif file.format == "parquet":
        with parquet.ParquetFile(file.path) as opened:
            for batch in opened.iter_batches():
                yield from batch.to_pylist()
    elif file.format == "jsonl":
        yield from json_rows(file.path)
    else:
        with open_text(file.path, newline=None) as stream:
            for number, line in enumerate(stream, start=1):
                if cause := undecodable(line):
                    raise damaged(file.path, [BadLine(number, number, cause)])
                yield {"text": line.rstrip("\n")}
