"""JSON: a row a line, or one list of rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from .building import built
from .damage import BadLine, damaged, open_bytes, open_text, require_utf8, undecodable, unreadable
from .library import column_names, with_column
from .records import dataset_of_columns, dataset_of_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import datasets

__all__ = ["bad_json_lines", "json_rows", "read_json_file", "read_json_lines"]


def read_json_lines(file: Path) -> datasets.Dataset:
    """Read a row a line; texts that look like times stay texts.

    Raises:
        UnicodeDecodeError: bytes are no UTF-8, which Arrow would find out only when the row is asked for.
        Exception: whatever datasets raises for what is no JSON.
    """
    require_utf8(file)
    dataset = built("json", file)
    for column in column_names(dataset):
        if pa.types.is_timestamp(dataset.features.arrow_schema.field(column).type):
            texts = pa.array([_text(row.get(column)) for row in json_rows(file)], pa.string())
            dataset = with_column(dataset, column, texts, feature=None)
    return dataset


def read_json_file(file: Path) -> datasets.Dataset:
    """Read a file that holds a list of rows, a mapping of columns, or a row a line under the name of JSON.

    Raises:
        CorruptDataError: it is no JSON, or holds something else.
    """
    with open_bytes(file) as stream:
        text = stream.read().decode("utf-8-sig")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return read_json_lines(file)
        broken = unreadable(
            file,
            f"line {error.lineno} is no JSON at character {error.colno}: {error.msg}",
            hint="mend the file",
        )
        broken.line = error.lineno
        raise broken from error
    if isinstance(content, list) and all(isinstance(row, Mapping) for row in content):
        return dataset_of_records(content)
    if isinstance(content, Mapping) and _are_columns(content):
        return dataset_of_columns(content)
    raise unreadable(file, f"holds {_described(content)}, must hold a list of rows", hint=_way_out(content))


def _are_columns(content: Mapping[str, object]) -> bool:
    """Tell columns of one length from an object that wraps a list of rows, as SQuAD's ``data`` does."""
    columns = [part for part in content.values() if isinstance(part, list)]
    if len(columns) < len(content) or len({len(column) for column in columns}) != 1:
        return False
    return len(columns) > 1 or not all(isinstance(row, Mapping) for row in columns[0])


def _described(content: object) -> str:
    if isinstance(content, Mapping):
        return f"an object with {', '.join(map(repr, list(content)[:5])) or 'nothing'}"
    return f"a {type(content).__name__} of other things" if isinstance(content, list) else repr(content)[:40]


def _way_out(content: object) -> str:
    lists = (
        [key for key, part in content.items() if isinstance(part, list)]
        if isinstance(content, Mapping)
        else []
    )
    inner = f"[{lists[0]!r}]" if lists else ""
    return f"take the rows out: Table.from_records(json.load(open(file)){inner})"


def bad_json_lines(file: Path) -> list[BadLine]:
    """Name each line that is no JSON object: the slow way, once the quick one has failed."""
    return list(_bad_lines(file))


def _bad_lines(file: Path) -> Iterator[BadLine]:
    with open_text(file, newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            cause = undecodable(line)
            if cause is None and line.strip():
                cause = _fault(line)
            if cause is not None:
                yield BadLine(number, number, cause)


def _fault(line: str) -> str | None:
    try:
        value = json.loads(line.rstrip("\r\n"))
    except json.JSONDecodeError as error:
        return f"is no JSON at character {error.colno}: {error.msg}"
    except RecursionError:
        return "is no JSON that can be read: lists in lists without an end"
    return None if isinstance(value, dict) else f"holds {value!r:.40}, must hold an object"


def json_rows(file: Path) -> Iterator[dict[str, object]]:
    """Give a file's rows one by one.

    Raises:
        CorruptDataError: a line is no JSON object; the file is read up to there only, so others are not counted.
    """
    with open_text(file, newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                if cause := undecodable(line) or _fault(line):
                    raise damaged(file, [BadLine(number, number, cause)])
                yield json.loads(line)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
